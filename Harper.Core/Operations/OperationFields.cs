using System.Text;
using System.Text.Json;

namespace Harper.Core.Operations;

/// <summary>
/// The top-level properties of an operation's body, as slices of the UTF-8 bytes that arrived: nothing is built up for what nobody asks for, and
/// bulk operations read their records straight from the slice. Aliases are resolved and internal flags dropped here, once (R-OPS-10, R-OPS-11).
/// </summary>
public sealed class OperationFields
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _fields;

    internal OperationFields(Dictionary<string, ReadOnlyMemory<byte>> fields) => _fields = fields;

    /// <summary>How deep the objects and lists of a body may be nested.</summary>
    public const int MaxDepth = OperationEnvelope.MaxDepth;

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> All => _fields;

    /// <summary>Reads a whole request body; throws the carrier's own errors (R-OPS-04) when it is none.</summary>
    public static OperationFields ParseBody(ReadOnlyMemory<byte> utf8Body) => OperationEnvelope.Parse(utf8Body);

    /// <summary>Reads a body that the carrier has turned into JSON from another content type.</summary>
    public static OperationFields ParseConverted(ReadOnlyMemory<byte> json) => OperationEnvelope.ParseChecked(json);

    /// <summary>Reads an object inside a body, such as one step of a transaction.</summary>
    public static OperationFields ParseObject(ReadOnlyMemory<byte> json) => OperationEnvelope.ParseObject(json);

    /// <summary>The value as JSON, or null when it is absent. A JSON <c>null</c> is present.</summary>
    public ReadOnlyMemory<byte>? Raw(string name) => _fields.TryGetValue(name, out var raw) ? raw : default(ReadOnlyMemory<byte>?);

    public bool Has(string name) => _fields.ContainsKey(name);

    public bool IsNull(string name) => _fields.TryGetValue(name, out var raw) && raw.Span.SequenceEqual("null"u8);

    /// <summary>The text of a string or number, or null when it is absent, null or of another type.</summary>
    public string? Text(string name)
    {
        if (!_fields.TryGetValue(name, out var raw)) return null;
        return raw.Span[0] switch
        {
            (byte)'"' => ReadString(raw.Span),
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => Encoding.UTF8.GetString(raw.Span),
            _ => null,
        };
    }

    /// <summary>True for <c>true</c> and <c>"true"</c>.</summary>
    public bool Flag(string name) =>
        _fields.TryGetValue(name, out var raw) && (raw.Span.SequenceEqual("true"u8) || raw.Span.SequenceEqual("\"true\""u8));

    public double? Number(string name)
    {
        if (!_fields.TryGetValue(name, out var raw)) return null;
        var reader = new Utf8JsonReader(raw.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) ? number : null;
    }

    /// <summary>The value parsed into an element of its own, for arguments that are small trees.</summary>
    public JsonElement? Element(string name)
    {
        if (!_fields.TryGetValue(name, out var raw)) return null;
        using var document = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = OperationEnvelope.MaxDepth });
        return document.RootElement.Clone();
    }

    /// <summary>The same fields less some: what is sent on to a peer.</summary>
    public OperationFields Without(params ReadOnlySpan<string> names)
    {
        var rest = new Dictionary<string, ReadOnlyMemory<byte>>(_fields, StringComparer.Ordinal);
        foreach (var name in names) rest.Remove(name);
        return new OperationFields(rest);
    }

    /// <summary>The same fields with a text in the place of one.</summary>
    public OperationFields With(string name, string text) => new(new Dictionary<string, ReadOnlyMemory<byte>>(_fields, StringComparer.Ordinal)
    {
        [name] = JsonSerializer.SerializeToUtf8Bytes(text),
    });

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, raw) in _fields)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(raw.Span, skipInputValidation: true);
        }
        writer.WriteEndObject();
    }

    private static string? ReadString(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        return reader.GetString();
    }
}
