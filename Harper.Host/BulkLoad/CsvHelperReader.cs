using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Harper.Core.BulkLoad;
using Harper.Core.Operations;

namespace Harper.Host.BulkLoad;

/// <summary>CSV through CsvHelper.</summary>
public sealed class CsvHelperReader : ICsvReader
{
    private static readonly CsvConfiguration Configuration = new(CultureInfo.InvariantCulture)
    {
        HasHeaderRecord = false,
        IgnoreBlankLines = true,
        DetectColumnCountChanges = false,
        MaxFieldSize = 64 << 20,
    };

    public IEnumerable<string[]> Read(TextReader text)
    {
        if (text.Peek() == '\uFEFF') text.Read();
        using var parser = new CsvParser(text, Configuration);
        while (Next(parser)) yield return parser.Record!;
    }

    private static bool Next(CsvParser parser)
    {
        try
        {
            return parser.Read();
        }
        catch (CsvHelperException problem)
        {
            throw OperationError.Bad($"The CSV text is broken near line {parser.RawRow}: {problem.Message.Split('\n')[0].Trim()}");
        }
    }
}
