using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Harper.Core.BulkLoad;
using Harper.Core.Operations;

namespace Harper.Host.BulkLoad;

/// <summary>CSV through CsvHelper, which bounds the length of a field and not that of a row.</summary>
public sealed class CsvHelperReader : ICsvReader
{
    private static readonly CsvConfiguration Configuration = new(CultureInfo.InvariantCulture)
    {
        HasHeaderRecord = false,
        IgnoreBlankLines = true,
        DetectColumnCountChanges = false,
        MaxFieldSize = BoundedRows.MaxRow,
    };

    public IEnumerable<string[]> Read(TextReader text)
    {
        if (text.Peek() == '\uFEFF') text.Read();
        using var parser = new CsvParser(new BoundedRows(text), Configuration);
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
