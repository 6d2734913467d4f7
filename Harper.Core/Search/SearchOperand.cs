using System.Runtime.InteropServices;
using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Operations.Writes;
using Harper.Core.Values;

namespace Harper.Core.Search;

/// <summary>Values are compared with values of their own class only: text is neither above nor below a number.</summary>
public enum ValueClass : byte { Null, Boolean, Number, Text, Other }

/// <summary>What a condition compares with, in the two forms that are needed: as a value of the dialect and as an index key.</summary>
public sealed class SearchOperand
{
    private readonly byte[] _value;
    private SoughtText? _sought;

    private SearchOperand(byte[] value)
    {
        _value = value;
        Class = ClassOf(value);
        var key = new RecordBuffer(64);
        if (Class is not ValueClass.Null && KeyCodec.FromValue(value, key)) IndexKey = key.Written.ToArray();
    }

    public ReadOnlySpan<byte> Value => _value;

    public ValueClass Class { get; }

    /// <summary>In ordered-binary form; null for null and for what no index holds.</summary>
    public byte[]? IndexKey { get; }

    /// <summary>The UTF-8 of a text, empty for others.</summary>
    public ReadOnlySpan<byte> Text => Class == ValueClass.Text ? new ValueReader(_value).ReadText() : default;

    /// <summary>The same, to be looked for within texts; made when it is first asked for.</summary>
    internal SoughtText Sought => _sought ??= new SoughtText(Text.ToArray());

    /// <param name="type">The attribute's declared type: dates and numbers that came as text become what is stored.</param>
    public static SearchOperand Of(JsonElement json, string? type)
    {
        var value = new RecordBuffer(64);
        var exact = json.ValueKind == JsonValueKind.String && ExactValue.Is(JsonMarshal.GetRawUtf8Value(json)[1..^1]);
        if (exact) JsonValueReader.Read(json, value);
        else if (json.ValueKind == JsonValueKind.String && type == "Date" && AttributeCheck.TryDate(json.GetString()!, out var milliseconds))
            new ValueWriter(value).Date(milliseconds);
        else if (json.ValueKind == JsonValueKind.String && type is "Int" or "Long" or "Float" && double.TryParse(json.GetString(), out var number))
            new ValueWriter(value).Number(number);
        else JsonValueReader.Read(json, value);
        return new SearchOperand(value.Written.ToArray());
    }

    public static SearchOperand Of(string text)
    {
        var value = new RecordBuffer(64);
        new ValueWriter(value).Text(text);
        return new SearchOperand(value.Written.ToArray());
    }

    public static ValueClass ClassOf(ReadOnlySpan<byte> value) => new ValueReader(value).Kind switch
    {
        ValueKind.Undefined or ValueKind.Null => ValueClass.Null,
        ValueKind.Boolean => ValueClass.Boolean,
        ValueKind.Number or ValueKind.BigInteger or ValueKind.Date => ValueClass.Number,
        ValueKind.Text => ValueClass.Text,
        _ => ValueClass.Other,
    };
}
