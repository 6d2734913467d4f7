using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>
/// Writes the JSON value under a reader as one value of the dialect. Numbers become what JavaScript would make of them.
/// </summary>
public static class JsonValueReader
{
    private const int LongestHeader = 5;

    /// <param name="json">Stands on the first token of the value, and is left on the last.</param>
    /// <exception cref="JsonException">The text is no JSON, or deeper than 64 levels.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(ref Utf8JsonReader json, RecordBuffer values)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                ReadText(ref json, values);
                break;
            case JsonTokenType.Number:
                values.Advance(NumberForm.Write(values.GetSpan(NumberForm.MaxBytes), JsonNumber.Read(ref json)));
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                ReadContainer(ref json, values);
                break;
            default:
                ReadConstant(json.TokenType, values);
                break;
        }
    }

    public static void Read(JsonElement json, RecordBuffer values)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(json));
        reader.Read();
        Read(ref reader, values);
    }

    private static void ReadContainer(ref Utf8JsonReader json, RecordBuffer values)
    {
        var start = json;
        var length = values.Length;
        if (TryReadNested(ref json, values, NestedObjects.Begin(), 0)) return;
        // A name stands twice in one object. The last counts, as in JavaScript; it is rare enough to read the value again
        // without the others.
        values.Remove(length, values.Length - length);
        json = start;
        var reader = new Utf8JsonReader(JsonDuplicates.Remove(ref json));
        reader.Read();
        TryReadNested(ref reader, values, NestedObjects.Begin(), 0);
    }

    private static bool TryReadNested(ref Utf8JsonReader json, RecordBuffer values, NestedObjects nested, int depth)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                return depth < ValueReader.MaxDepth ? TryReadObject(ref json, values, nested, depth) : throw TooDeep();
            case JsonTokenType.StartArray:
                return depth < ValueReader.MaxDepth ? TryReadArray(ref json, values, nested, depth) : throw TooDeep();
            default:
                Read(ref json, values);
                return true;
        }
    }

    private static bool TryReadArray(ref Utf8JsonReader json, RecordBuffer values, NestedObjects nested, int depth)
    {
        var start = values.Length;
        var count = 0;
        values.GetSpan(1);
        values.Advance(1);
        for (; Next(ref json) != JsonTokenType.EndArray; count++)
            if (!TryReadNested(ref json, values, nested, depth + 1)) return false;
        var size = ArrayHeader.Size(count);
        if (size > 1) values.Insert(start, size - 1);
        ArrayHeader.Write(values.Written[start..], count);
        return true;
    }

    private static bool TryReadObject(ref Utf8JsonReader json, RecordBuffer values, NestedObjects nested, int depth)
    {
        var (start, from, count) = (values.Length, nested.Top, 0);
        HashSet<int>? hashes = null;
        for (; Next(ref json) != JsonTokenType.EndObject; count++)
        {
            var name = json.HasValueSequence || json.ValueIsEscaped || !Utf8.IsValid(json.ValueSpan) ? JsonText.Read(ref json) : json.ValueSpan;
            if (!nested.TryAdd(name, from, count, ref hashes)) return false;
            Next(ref json);
            if (!TryReadNested(ref json, values, nested, depth + 1)) return false;
        }

        nested.Close(values, start, from, count);
        return true;
    }

    private static JsonTokenType Next(ref Utf8JsonReader json) =>
        json.Read() ? json.TokenType : throw new JsonException("The JSON text ends within a value.");

    private static void ReadText(ref Utf8JsonReader json, RecordBuffer values)
    {
        if (json.HasValueSequence || json.ValueIsEscaped || !Utf8.IsValid(json.ValueSpan))
        {
            ReadUnusualText(ref json, values);
            return;
        }

        var text = json.ValueSpan;
        var into = values.GetSpan(text.Length + LongestHeader);
        var header = TextHeader(into, text.Length);
        text.CopyTo(into[header..]);
        values.Advance(header + text.Length);
    }

    // Escapes shorten the text, so its length is known only when it is copied; it then moves up to its header.
    private static void ReadUnusualText(ref Utf8JsonReader json, RecordBuffer values)
    {
        if (ExactValue.Is(ref json))
        {
            ExactValue.Read(json.ValueSpan, values);
            return;
        }

        var longest = json.HasValueSequence ? checked((int)json.ValueSequence.Length) : json.ValueSpan.Length;
        // A byte that is no UTF-8 becomes the three of U+FFFD.
        var into = values.GetSpan(checked(longest * 3 + LongestHeader));
        var length = JsonText.Copy(ref json, into[LongestHeader..]);
        var header = TextHeader(into, length);
        into.Slice(LongestHeader, length).CopyTo(into[header..]);
        values.Advance(header + length);
    }

    private static int TextHeader(Span<byte> into, int length)
    {
        switch (length)
        {
            case <= 31:
                into[0] = (byte)(Token.FixText | length);
                return 1;
            case <= 0xFF:
                into[0] = Token.Text8;
                into[1] = (byte)length;
                return 2;
            case <= 0xFFFF:
                into[0] = Token.Text16;
                BinaryPrimitives.WriteUInt16BigEndian(into[1..], (ushort)length);
                return 3;
            default:
                into[0] = Token.Text32;
                BinaryPrimitives.WriteInt32BigEndian(into[1..], length);
                return 5;
        }
    }

    private static void ReadConstant(JsonTokenType token, RecordBuffer values)
    {
        values.GetSpan(1)[0] = token switch
        {
            JsonTokenType.Null => Token.Null,
            JsonTokenType.False => Token.False,
            JsonTokenType.True => Token.True,
            _ => throw new JsonException($"A JSON value is expected, not {token}."),
        };
        values.Advance(1);
    }

    private static JsonException TooDeep() => new($"A value is nested deeper than {ValueReader.MaxDepth} levels.");
}
