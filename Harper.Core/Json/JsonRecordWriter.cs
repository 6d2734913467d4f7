using System.Globalization;
using System.Text;
using System.Text.Json;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>
/// Writes records as JSON without an object per value: dates as ISO text, big integers as numbers, binary as base64 text,
/// numbers as JavaScript prints them, undefined attributes left out. For a reader of <see cref="ExactValue"/> dates, big integers and binary stay what they are.
/// </summary>
public static class JsonRecordWriter
{
    private const int PlacesOnStack = 128;

    public static void Write(in EncodedRecord record, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteProperties(record, json);
        json.WriteEndObject();
    }

    /// <summary>Only the attributes selected, in that order; those that the record lacks as null when asked for.</summary>
    public static void Write(in EncodedRecord record, JsonSelection selection, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        var values = record.Values.Span;
        var count = record.Shape.Count;
        var ends = count <= PlacesOnStack ? stackalloc int[PlacesOnStack] : new int[count];
        for (var i = 0; i < count; i++)
        {
            var start = i == 0 ? 0 : ends[i - 1];
            ends[i] = start + ValueLength.Of(values[start..]);
        }

        var places = selection.PlacesIn(record.Shape);
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] is var place and >= 0)
            {
                var reader = new ValueReader(values[(place == 0 ? 0 : ends[place - 1])..ends[place]]);
                if (reader.Kind != ValueKind.Undefined)
                {
                    json.WritePropertyName(selection.JsonNames[i]);
                    WriteValue(ref reader, json, 0);
                    continue;
                }
            }

            if (selection.AbsentAsNull) json.WriteNull(selection.JsonNames[i]);
        }

        json.WriteEndObject();
    }

    /// <summary>The attributes as properties of an object that the caller has begun and will end.</summary>
    public static void WriteProperties(in EncodedRecord record, Utf8JsonWriter json)
    {
        var names = record.Shape.JsonNames;
        var reader = new ValueReader(record.Values.Span);
        foreach (var name in names) WriteAttribute(name, ref reader, json);
    }

    public static void WriteValue(ReadOnlySpan<byte> value, Utf8JsonWriter json)
    {
        var reader = new ValueReader(value);
        WriteValue(ref reader, json, 0);
    }

    // Name and value in one call where the writer has one: most attributes are texts and small numbers.
    private static void WriteAttribute(JsonEncodedText name, ref ValueReader reader, Utf8JsonWriter json)
    {
        switch (reader.Kind)
        {
            case ValueKind.Undefined:
                reader.Skip();
                break;
            case ValueKind.Text:
                json.WriteString(name, reader.ReadText());
                break;
            case ValueKind.Number:
                var number = reader.ReadNumber();
                if (IsPlainInteger(number))
                {
                    json.WriteNumber(name, (long)number);
                    break;
                }

                json.WritePropertyName(name);
                WriteNumber(number, json);
                break;
            case ValueKind.Boolean:
                json.WriteBoolean(name, reader.ReadBoolean());
                break;
            default:
                json.WritePropertyName(name);
                WriteValue(ref reader, json, 0);
                break;
        }
    }

    private static void WriteValue(ref ValueReader reader, Utf8JsonWriter json, int depth)
    {
        if (depth > ValueReader.MaxDepth) throw ValueFormatException.TooDeep();
        switch (reader.Kind)
        {
            case ValueKind.Text:
                json.WriteStringValue(reader.ReadText());
                break;
            case ValueKind.Number:
                WriteNumber(reader.ReadNumber(), json);
                break;
            case ValueKind.Boolean:
                json.WriteBooleanValue(reader.ReadBoolean());
                break;
            case ValueKind.BigInteger:
                if (ExactValue.IsWanted(json)) ExactValue.Write(reader.ReadRaw(), json);
                else json.WriteRawValue(reader.ReadBigInteger().ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
                break;
            case ValueKind.Date:
                if (ExactValue.IsWanted(json)) ExactValue.Write(reader.ReadRaw(), json);
                else WriteDate(reader.ReadDate(), json);
                break;
            case ValueKind.Binary:
                if (ExactValue.IsWanted(json)) ExactValue.Write(reader.ReadRaw(), json);
                else json.WriteBase64StringValue(reader.ReadBinary());
                break;
            case ValueKind.Array:
                json.WriteStartArray();
                for (var left = reader.ReadArray(); left > 0; left--) WriteValue(ref reader, json, depth + 1);
                json.WriteEndArray();
                break;
            case ValueKind.Record:
                WriteRecord(ref reader, json, depth);
                break;
            case ValueKind.Map:
                WriteMap(ref reader, json, depth);
                break;
            default:
                reader.Skip();
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteRecord(ref ValueReader reader, Utf8JsonWriter json, int depth)
    {
        json.WriteStartObject();
        var names = reader.ReadRecord();
        for (var left = names.Count; left > 0; left--) WriteProperty(names.Next(), ref reader, json, depth);
        json.WriteEndObject();
    }

    private static void WriteMap(ref ValueReader reader, Utf8JsonWriter json, int depth)
    {
        json.WriteStartObject();
        for (var left = reader.ReadMap(); left > 0; left--)
        {
            var name = reader.Kind == ValueKind.Number
                ? Encoding.UTF8.GetBytes(reader.ReadNumber().ToString(CultureInfo.InvariantCulture)) : reader.ReadText();
            WriteProperty(name, ref reader, json, depth);
        }

        json.WriteEndObject();
    }

    private static void WriteProperty(ReadOnlySpan<byte> name, ref ValueReader reader, Utf8JsonWriter json, int depth)
    {
        if (reader.Kind == ValueKind.Undefined)
        {
            reader.Skip();
            return;
        }

        json.WritePropertyName(name);
        WriteValue(ref reader, json, depth + 1);
    }

    private static void WriteNumber(double number, Utf8JsonWriter json)
    {
        if (IsPlainInteger(number))
        {
            json.WriteNumberValue((long)number);
            return;
        }

        Span<byte> text = stackalloc byte[JsonNumber.MaxChars];
        if (!double.IsFinite(number))
        {
            if (ExactValue.IsWanted(json)) ExactValue.Write(text[..NumberForm.WriteFloat(text, number)], json);
            else json.WriteNullValue();
            return;
        }

        json.WriteRawValue(text[..JsonNumber.Write(text, number)], skipInputValidation: true);
    }

    private static bool IsPlainInteger(double number) => Math.Abs(number) < 1e15 && (long)number == number;

    private static void WriteDate(double milliseconds, Utf8JsonWriter json)
    {
        if (double.IsNaN(milliseconds))
        {
            json.WriteNullValue();
            return;
        }

        Span<byte> text = stackalloc byte[JsonDate.MaxChars];
        json.WriteStringValue(text[..JsonDate.Write(text, milliseconds)]);
    }
}
