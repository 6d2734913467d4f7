using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Harper.Core.Json;
using Harper.Core.Values;

namespace Harper.Core.Keys;

/// <summary>Between keys in ordered-binary form and the two forms that values have: JSON and the record dialect.</summary>
public static class KeyCodec
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? Scratch;

    /// <exception cref="KeyFormatException">An object, a nested or empty array, or more than <see cref="RecordKey.MaxBytes"/>
    /// bytes; null unless allowed.</exception>
    public static RecordKey FromJson(JsonElement json, bool allowNull = false)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(json));
        reader.Read();
        return FromJson(ref reader, allowNull);
    }

    /// <summary>As above, from a reader that stands on the first token of the value; it is left on the last.</summary>
    public static RecordKey FromJson(ref Utf8JsonReader json, bool allowNull = false)
    {
        var scratch = TakeScratch();
        var compound = json.TokenType == JsonTokenType.StartArray;
        var writer = new OrderedKeyWriter(scratch, compound);
        if (ExactValue.Is(ref json)) return FromValue(ExactValue.Read(json.ValueSpan));
        if (!compound) WriteElement(ref json, ref writer, allowNull);
        else
            while (json.Read() && json.TokenType != JsonTokenType.EndArray) WriteElement(ref json, ref writer, allowNull: true);
        return Finish(scratch);
    }

    public static RecordKey FromText(string text)
    {
        var scratch = TakeScratch();
        new OrderedKeyWriter(scratch).Text(text.AsSpan());
        return Finish(scratch);
    }

    public static RecordKey FromNumber(double number)
    {
        if (double.IsNaN(number)) throw new KeyFormatException("NaN cannot be a key.");
        var scratch = TakeScratch();
        new OrderedKeyWriter(scratch).Number(number);
        return Finish(scratch);
    }

    /// <summary>The primary key that a value of the dialect stands for.</summary>
    /// <exception cref="KeyFormatException">It cannot be a key, or is longer than <see cref="RecordKey.MaxBytes"/>.</exception>
    public static RecordKey FromValue(ReadOnlySpan<byte> value)
    {
        var scratch = TakeScratch();
        if (value.IsEmpty || !FromValue(value, scratch))
            throw new KeyFormatException("A key is a text, a number, a boolean or an array of these.");
        return Finish(scratch);
    }

    /// <summary>As above; the key's bytes lie in the buffer beside the records', not in an array of their own.</summary>
    public static RecordKey FromRecordValue(ReadOnlySpan<byte> value, RecordBuffer into)
    {
        into.BeginRecord();
        if (value.IsEmpty || !FromValue(value, into))
            throw new KeyFormatException("A key is a text, a number, a boolean or an array of these.");
        CheckLength(into.Length);
        return new RecordKey(into.EndRecord());
    }

    /// <summary>
    /// Writes the key form of a value of the dialect: index keys. Dates are their milliseconds. False, and nothing written, for
    /// what has none: undefined, objects, binary, blobs, nested or empty arrays and arrays with such elements. No length limit.
    /// </summary>
    public static bool FromValue(ReadOnlySpan<byte> value, IBufferWriter<byte> into) => ValueKeys.Write(value, into);

    /// <summary>Writes the key as a JSON value: compound keys as arrays, binary keys as base64 text.</summary>
    /// <exception cref="KeyFormatException">The bytes are no key.</exception>
    public static void WriteJson(ReadOnlySpan<byte> key, Utf8JsonWriter json)
    {
        // By way of the dialect, so that there is one rule for how a number or a big integer looks in JSON.
        var scratch = TakeScratch();
        ValueKeys.Read(key, scratch);
        JsonRecordWriter.WriteValue(scratch.WrittenSpan, json);
    }

    /// <summary>Writes the key as a value of the dialect.</summary>
    /// <exception cref="KeyFormatException">The bytes are no key.</exception>
    public static void ToValue(ReadOnlySpan<byte> key, IBufferWriter<byte> into) => ValueKeys.Read(key, into);

    /// <summary>Whether the bytes are a key that the other methods can read; for keys from outside.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> key)
    {
        try
        {
            var reader = new OrderedKeyReader(key);
            while (reader.MoveNext())
            {
            }

            return true;
        }
        catch (KeyFormatException)
        {
            return false;
        }
    }

    private static void WriteElement(ref Utf8JsonReader json, ref OrderedKeyWriter writer, bool allowNull)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String when ExactValue.Is(ref json):
                WriteExact(ref json, ref writer);
                break;
            case JsonTokenType.String when !json.HasValueSequence && !json.ValueIsEscaped && Utf8.IsValid(json.ValueSpan):
                writer.Text(json.ValueSpan);
                break;
            case JsonTokenType.String:
                writer.Text(JsonText.Read(ref json));
                break;
            case JsonTokenType.Number:
                writer.Number(JsonNumber.Read(ref json));
                break;
            case JsonTokenType.True or JsonTokenType.False:
                writer.Boolean(json.TokenType == JsonTokenType.True);
                break;
            case JsonTokenType.Null when allowNull:
                writer.Null();
                break;
            default:
                throw NoKey(json.TokenType.ToString());
        }
    }

    /// <summary>An element of a compound key that came from CBOR or MessagePack.</summary>
    private static void WriteExact(ref Utf8JsonReader json, ref OrderedKeyWriter writer)
    {
        var value = new ValueReader(ExactValue.Read(json.ValueSpan));
        if (value.Kind == ValueKind.BigInteger) writer.BigInteger(value.ReadBigInteger());
        else if (value.Kind == ValueKind.Date && value.ReadDate() is var milliseconds && !double.IsNaN(milliseconds)) writer.Number(milliseconds);
        else throw NoKey(value.Kind.ToString());
    }

    private static KeyFormatException NoKey(string found) =>
        new($"A key is a text, a number, a boolean or an array of these, not {found}.");

    private static ArrayBufferWriter<byte> TakeScratch()
    {
        // A scratch buffer that one long value has blown up is not kept.
        if (Scratch is null || Scratch.Capacity > 64 * 1024) Scratch = new ArrayBufferWriter<byte>(512);
        Scratch.ResetWrittenCount();
        return Scratch;
    }

    private static RecordKey Finish(ArrayBufferWriter<byte> scratch)
    {
        CheckLength(scratch.WrittenCount);
        return new RecordKey(scratch.WrittenSpan.ToArray());
    }

    private static void CheckLength(int length)
    {
        if (length == 0) throw new KeyFormatException("An empty array cannot be a key.");
        if (length > RecordKey.MaxBytes) throw new KeyFormatException($"A key is at most {RecordKey.MaxBytes} bytes long; this one has {length}.");
    }
}
