using System.Buffers;
using System.Numerics;
using System.Text.Json;

namespace Harper.Core.Wire.Control;

/// <summary>The body of 136 and 137 as JSON in UTF-8, less its request id (and, in answers, less its error).</summary>
internal static class OperationBodyReader
{
    private const sbyte TimestampExtension = -1;
    private const sbyte BigIntegerExtension = 0x42;
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static (long RequestId, ReadOnlyMemory<byte> Json, string? Error) Read(ref ControlReader reader, bool takeError)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        var requestId = 0L;
        string? error = null;
        using (var json = new Utf8JsonWriter(buffer, Unchecked))
        {
            json.WriteStartObject();
            for (var count = reader.MapHeader("an operation"); count > 0; count--)
            {
                var member = reader.MapKey();
                if (reader.TakeAbsentOf(out var isNull) && !isNull) continue;
                if (member == "requestId" && !isNull)
                {
                    requestId = reader.Integer(member);
                }
                else if (takeError && member == "error" && !isNull)
                {
                    error = ErrorText(ref reader);
                }
                else if (member is null)
                {
                    if (!isNull) reader.Skip();
                }
                else
                {
                    json.WritePropertyName(member);
                    if (isNull) json.WriteNullValue();
                    else Value(ref reader, json, 1);
                }
            }
            json.WriteEndObject();
        }
        return (requestId, buffer.WrittenMemory, error);
    }

    private static string ErrorText(ref ControlReader reader)
    {
        if (reader.Next == ControlToken.Text) return reader.Text("an error");
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Unchecked)) Value(ref reader, json, 1);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Value(ref ControlReader reader, Utf8JsonWriter json, int depth)
    {
        if (depth > reader.Limits.MaxDepth) throw new FrameError(FrameErrorCode.TooDeep, $"nested more than {reader.Limits.MaxDepth} deep");
        switch (reader.Next)
        {
            case ControlToken.Absent:
                reader.TakeAbsent();
                json.WriteNullValue();
                break;
            case ControlToken.Boolean: json.WriteBooleanValue(reader.Boolean("a value")); break;
            case ControlToken.Number: Number(ref reader, json); break;
            case ControlToken.Text: json.WriteStringValue(reader.Text("a value")); break;
            case ControlToken.Bytes: json.WriteBase64StringValue(reader.Bytes("a value")); break;
            case ControlToken.Extension: Extension(ref reader, json); break;
            case ControlToken.Array:
                json.WriteStartArray();
                for (var count = reader.ArrayHeader("a value"); count > 0; count--) Value(ref reader, json, depth + 1);
                json.WriteEndArray();
                break;
            default:
                json.WriteStartObject();
                for (var count = reader.MapHeader("a value"); count > 0; count--) Member(ref reader, json, depth);
                json.WriteEndObject();
                break;
        }
    }

    private static void Member(ref ControlReader reader, Utf8JsonWriter json, int depth)
    {
        var name = reader.MapKey();
        var absent = reader.TakeAbsentOf(out var isNull);
        if (name is null)
        {
            if (!absent) reader.Skip();
        }
        else if (!absent || isNull)
        {
            json.WritePropertyName(name);
            if (isNull) json.WriteNullValue();
            else Value(ref reader, json, depth + 1);
        }
    }

    private static void Number(ref ControlReader reader, Utf8JsonWriter json)
    {
        if (reader.NextIsWide)
        {
            json.WriteRawValue(reader.WideInteger().ToString(), skipInputValidation: true);
            return;
        }
        var number = reader.Number("a value");
        if (!double.IsFinite(number)) json.WriteNullValue();
        else if (double.Truncate(number) == number && Math.Abs(number) <= 1L << 53) json.WriteNumberValue((long)number);
        else json.WriteNumberValue(number);
    }

    private static void Extension(ref ControlReader reader, Utf8JsonWriter json)
    {
        var bytes = reader.Extension(out var type);
        if (type == BigIntegerExtension) json.WriteRawValue(new BigInteger(bytes, isBigEndian: true).ToString(), skipInputValidation: true);
        else if (type == TimestampExtension && ControlTimestamp.TryRead(bytes, out var time)) json.WriteStringValue(time);
        else json.WriteNullValue();
    }
}
