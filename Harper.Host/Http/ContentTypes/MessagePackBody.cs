using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using Harper.Core.Operations;
using MessagePack;

namespace Harper.Host.Http.ContentTypes;

/// <summary>Reads a MessagePack body as the original's decoder understands it: dates by extension -1, undefined by extension 0, big integers in 64 bits or by extension 0x42.</summary>
internal static class MessagePackBody
{
    private const sbyte UndefinedType = 0, BigIntegerType = 0x42;

    /// <exception cref="OperationError">400: not whole, not MessagePack, or with values that no record can hold.</exception>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) throw OperationError.Bad("Unexpected end of MessagePack data");
        var reader = new MessagePackReader(body);
        using var json = new BodyAsJson(body.Length);
        try
        {
            Value(ref reader, json);
        }
        catch (EndOfStreamException)
        {
            throw OperationError.Bad("Unexpected end of MessagePack data");
        }
        catch (Exception error) when (error is MessagePackSerializationException or OverflowException or InvalidOperationException or ArgumentException)
        {
            throw OperationError.Bad($"Request body is not valid MessagePack: {error.Message} (byte {reader.Consumed + 1})");
        }
        if (!reader.End) throw OperationError.Bad("Data read, but end of buffer not reached");
        return json.Finish();
    }

    private static void Value(ref MessagePackReader reader, BodyAsJson json)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Integer:
                Integer(ref reader, json);
                break;
            case MessagePackType.Float:
                json.Float(reader.ReadDouble());
                break;
            case MessagePackType.Boolean:
                json.Boolean(reader.ReadBoolean());
                break;
            case MessagePackType.Nil:
                reader.ReadNil();
                json.Null();
                break;
            case MessagePackType.String:
                json.Text(Bytes(reader.ReadStringSequence()));
                break;
            case MessagePackType.Binary:
                json.Binary(Bytes(reader.ReadBytes()));
                break;
            case MessagePackType.Array:
                json.BeginArray();
                for (var left = reader.ReadArrayHeader(); left > 0; left--) Value(ref reader, json);
                json.EndArray();
                break;
            case MessagePackType.Map:
                json.BeginObject();
                for (var left = reader.ReadMapHeader(); left > 0; left--)
                {
                    Name(ref reader, json);
                    Value(ref reader, json);
                }
                json.EndObject();
                break;
            case MessagePackType.Extension:
                Extension(ref reader, json);
                break;
            default:
                throw OperationError.Bad($"Request body is not valid MessagePack: no value begins with 0x{reader.NextCode:x2} (byte {reader.Consumed + 1})");
        }
    }

    private static void Integer(ref MessagePackReader reader, BodyAsJson json)
    {
        if (reader.NextCode == MessagePackCode.UInt64) json.Integer((BigInteger)reader.ReadUInt64());
        else json.Integer(reader.ReadInt64());
    }

    private static void Name(ref MessagePackReader reader, BodyAsJson json)
    {
        if (reader.NextMessagePackType == MessagePackType.String) json.Name(Bytes(reader.ReadStringSequence()));
        else if (reader.NextMessagePackType == MessagePackType.Integer) json.Name(Encoding.UTF8.GetBytes(reader.ReadInt64().ToString(CultureInfo.InvariantCulture)));
        else throw OperationError.Bad("The names in a MessagePack map must be texts");
    }

    private static void Extension(ref MessagePackReader reader, BodyAsJson json)
    {
        var header = reader.CreatePeekReader().ReadExtensionFormatHeader();
        switch (header.TypeCode)
        {
            case ReservedMessagePackExtensionTypeCode.DateTime:
                json.Date(Math.Floor((reader.ReadDateTime() - DateTime.UnixEpoch).TotalMilliseconds));
                break;
            case UndefinedType:
                reader.ReadExtensionFormat();
                json.Undefined();
                break;
            case BigIntegerType:
                json.Integer(new BigInteger(Bytes(reader.ReadExtensionFormat().Data), isBigEndian: true));
                break;
            default:
                throw OperationError.Bad($"MessagePack extension {header.TypeCode} is not supported: send dates as timestamps, and no other extensions");
        }
    }

    /// <summary>The body is one piece, so no value is copied.</summary>
    private static ReadOnlySpan<byte> Bytes(ReadOnlySequence<byte>? sequence) => sequence is { } bytes ? bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray() : default;
}
