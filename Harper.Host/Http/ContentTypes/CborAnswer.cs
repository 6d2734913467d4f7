using System.Buffers;
using System.Formats.Cbor;
using System.Text;
using System.Text.Json;
using Harper.Core.Values;

namespace Harper.Host.Http.ContentTypes;

/// <summary>CBOR as the original writes it: dates by tag 1 in seconds, big integers as integers of 64 bits where they fit. A list has no length in front, since it is sent while it is read.</summary>
internal sealed class CborAnswer : IAnswerForm
{
    private const byte BeginList = 0x9F, Break = 0xFF;

    private readonly CborWriter _writer = new(CborConformanceMode.Lax, convertIndefiniteLengthEncodings: true);

    public void BeginArray(IBufferWriter<byte> output) => output.Write([BeginList]);

    public void EndArray(IBufferWriter<byte> output) => output.Write([Break]);

    public void Finish(IBufferWriter<byte> output)
    {
    }

    public void Element(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        _writer.Reset();
        var reader = JsonPieces.Reader(json);
        do Write(ref reader);
        while (reader.Read());
        var span = output.GetSpan(_writer.BytesWritten);
        output.Advance(_writer.Encode(span));
    }

    private void Write(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                _writer.WriteStartMap(null);
                break;
            case JsonTokenType.EndObject:
                _writer.WriteEndMap();
                break;
            case JsonTokenType.StartArray:
                _writer.WriteStartArray(null);
                break;
            case JsonTokenType.EndArray:
                _writer.WriteEndArray();
                break;
            case JsonTokenType.String when JsonPieces.Exact(ref reader) is { IsEmpty: false } exact:
                Exact(new ValueReader(exact));
                break;
            case JsonTokenType.String or JsonTokenType.PropertyName:
                // The writer takes characters only.
                _writer.WriteTextString(Encoding.UTF8.GetString(JsonPieces.Text(ref reader)));
                break;
            case JsonTokenType.Number when JsonPieces.IsInteger(ref reader, out var integer):
                _writer.WriteInt64(integer);
                break;
            case JsonTokenType.Number:
                _writer.WriteDouble(reader.GetDouble());
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _writer.WriteBoolean(reader.TokenType == JsonTokenType.True);
                break;
            default:
                _writer.WriteNull();
                break;
        }
    }

    private void Exact(ValueReader value)
    {
        switch (value.Kind)
        {
            case ValueKind.Binary:
                _writer.WriteByteString(value.ReadBinary());
                break;
            case ValueKind.Date:
                Date(value.ReadDate());
                break;
            case ValueKind.BigInteger when value.ReadBigInteger() is var integer:
                if (!JsonPieces.FitsIn64Bits(integer)) _writer.WriteBigInteger(integer);
                else if (integer > long.MaxValue) _writer.WriteUInt64((ulong)integer);
                else _writer.WriteInt64((long)integer);
                break;
            case ValueKind.Number:
                _writer.WriteDouble(value.ReadNumber());
                break;
            default:
                _writer.WriteSimpleValue(CborSimpleValue.Undefined);
                break;
        }
    }

    private void Date(double milliseconds)
    {
        _writer.WriteTag(CborTag.UnixTimeSeconds);
        var seconds = milliseconds / 1000;
        if (Math.Floor(seconds) == seconds) _writer.WriteInt64((long)seconds);
        else _writer.WriteDouble(seconds);
    }
}
