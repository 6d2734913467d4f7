using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Harper.Host.Http.ContentTypes;

/// <summary>
/// CSV as the original writes it: the names of the first row as the header, texts in quotes, numbers and booleans bare, null empty, objects and arrays as JSON in quotes, no line end after
/// the last row. A later row's cells stand under their names; names that the header lacks are left out.
/// </summary>
internal sealed class CsvAnswer : IAnswerForm
{
    private readonly StringBuilder _line = new();
    private string[]? _header;

    public void BeginArray(IBufferWriter<byte> output)
    {
    }

    public void EndArray(IBufferWriter<byte> output)
    {
    }

    public void Finish(IBufferWriter<byte> output)
    {
    }

    public void Element(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        var reader = JsonPieces.Reader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        var row = document.RootElement;
        _line.Clear();
        if (_header is null)
        {
            _header = row.ValueKind == JsonValueKind.Object ? [.. row.EnumerateObject().Select(property => property.Name)] : ["value"];
            foreach (var name in _header) Separate().Append('"').Append(name.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            Encoding.UTF8.GetBytes(_line.ToString(), output);
            _line.Clear();
        }
        var first = true;
        foreach (var name in _header)
        {
            if (!first) _line.Append(',');
            first = false;
            if (row.ValueKind != JsonValueKind.Object) Cell(row);
            else if (row.TryGetProperty(name, out var value)) Cell(value);
        }
        output.Write("\n"u8);
        Encoding.UTF8.GetBytes(_line.ToString(), output);
    }

    private StringBuilder Separate() => _line.Length == 0 ? _line : _line.Append(',');

    private void Cell(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            case JsonValueKind.String:
                Quote(value.GetString()!);
                break;
            case JsonValueKind.Object or JsonValueKind.Array:
                Quote(value.GetRawText());
                break;
            default:
                _line.Append(CultureInfo.InvariantCulture, $"{value.GetRawText()}");
                break;
        }
    }

    private void Quote(string text) => _line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
}
