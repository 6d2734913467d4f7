using System.Buffers;
using System.Text.Json;
using Harper.Core.Operations;
using Harper.Core.Values;
using MessagePack;

namespace Harper.Host.Http.ContentTypes;

/// <summary>MessagePack as the original writes it. A list has its length in front, so it is kept until its end and has a bound.</summary>
internal sealed class MessagePackAnswer : IAnswerForm
{
    private const int MaxKeptBytes = 256 << 20;
    private const sbyte UndefinedType = 0, BigIntegerType = 0x42;

    private readonly ArrayBufferWriter<byte> _kept = new(4096);
    private int _count = -1;

    public void BeginArray(IBufferWriter<byte> output) => _count = 0;

    public void EndArray(IBufferWriter<byte> output)
    {
    }

    public void Finish(IBufferWriter<byte> output)
    {
        if (_count >= 0)
        {
            var writer = new MessagePackWriter(output);
            writer.WriteArrayHeader(_count);
            writer.Flush();
        }
        output.Write(_kept.WrittenSpan);
    }

    public void Element(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        if (_count >= 0) _count++;
        var reader = JsonPieces.Reader(json);
        var writer = new MessagePackWriter(_kept);
        do Write(ref reader, ref writer);
        while (reader.Read());
        writer.Flush();
        if (_kept.WrittenCount > MaxKeptBytes)
            throw OperationError.Bad($"The answer is larger than {MaxKeptBytes >> 20} MiB, which MessagePack answers may have: ask with limit and offset, or for JSON or CBOR");
    }

    private static void Write(ref Utf8JsonReader reader, ref MessagePackWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteMapHeader(JsonPieces.Count(reader));
                break;
            case JsonTokenType.StartArray:
                writer.WriteArrayHeader(JsonPieces.Count(reader));
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                break;
            case JsonTokenType.String when JsonPieces.Exact(ref reader) is { IsEmpty: false } exact:
                Exact(new ValueReader(exact), ref writer);
                break;
            case JsonTokenType.String or JsonTokenType.PropertyName:
                writer.WriteString(JsonPieces.Text(ref reader));
                break;
            case JsonTokenType.Number when JsonPieces.IsInteger(ref reader, out var integer):
                writer.Write(integer);
                break;
            case JsonTokenType.Number:
                writer.Write(reader.GetDouble());
                break;
            case JsonTokenType.True or JsonTokenType.False:
                writer.Write(reader.TokenType == JsonTokenType.True);
                break;
            default:
                writer.WriteNil();
                break;
        }
    }

    private static void Exact(ValueReader value, ref MessagePackWriter writer)
    {
        switch (value.Kind)
        {
            case ValueKind.Binary:
                writer.Write(value.ReadBinary());
                break;
            case ValueKind.Date when value.ReadDate() is var milliseconds && Math.Abs(milliseconds) < 6e13:
                writer.Write(DateTime.UnixEpoch.AddTicks((long)milliseconds * TimeSpan.TicksPerMillisecond));
                break;
            case ValueKind.BigInteger when value.ReadBigInteger() is var integer:
                if (!JsonPieces.FitsIn64Bits(integer)) writer.WriteExtensionFormat(new ExtensionResult(BigIntegerType, integer.ToByteArray(isBigEndian: true)));
                else if (integer > long.MaxValue) writer.WriteUInt64((ulong)integer);
                else writer.WriteInt64((long)integer);
                break;
            case ValueKind.Number:
                writer.Write(value.ReadNumber());
                break;
            default:
                writer.WriteExtensionFormat(new ExtensionResult(UndefinedType, new byte[1]));
                break;
        }
    }
}
