using System.Formats.Cbor;
using System.Globalization;
using System.Numerics;
using System.Text;
using Harper.Core.Operations;

namespace Harper.Host.Http.ContentTypes;

/// <summary>Reads a CBOR body (RFC 8949) as the original's decoder understands it: maps with text names, dates by tags 0 and 1, big integers by tags 2 and 3.</summary>
internal static class CborBody
{
    /// <summary>Tags in tags count too; containers have their own, lower bound.</summary>
    private const int MaxDepth = 128;

    /// <exception cref="OperationError">400: not whole, not CBOR, or with values that no record can hold.</exception>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) throw OperationError.Bad("Unexpected end of CBOR data");
        var reader = new CborReader(body, CborConformanceMode.Lax);
        using var json = new BodyAsJson(body.Length);
        try
        {
            Value(reader, json, 0);
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException or FormatException)
        {
            throw OperationError.Bad($"Request body is not valid CBOR: {error.Message} (byte {body.Length - reader.BytesRemaining + 1})");
        }
        if (reader.BytesRemaining > 0) throw OperationError.Bad("Data read, but end of buffer not reached");
        return json.Finish();
    }

    private static void Value(CborReader reader, BodyAsJson json, int depth)
    {
        if (depth > MaxDepth) throw OperationError.Bad("Request body is nested too deep");
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                Integer(reader, json);
                break;
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                json.Float(reader.ReadDouble());
                break;
            case CborReaderState.TextString:
                json.Text(reader.ReadDefiniteLengthTextStringBytes().Span);
                break;
            case CborReaderState.StartIndefiniteLengthTextString:
                json.Text(Encoding.UTF8.GetBytes(reader.ReadTextString()));
                break;
            case CborReaderState.ByteString:
                json.Binary(reader.ReadDefiniteLengthByteString().Span);
                break;
            case CborReaderState.StartIndefiniteLengthByteString:
                json.Binary(reader.ReadByteString());
                break;
            case CborReaderState.StartArray:
                Array(reader, json, depth);
                break;
            case CborReaderState.StartMap:
                Map(reader, json, depth);
                break;
            case CborReaderState.Tag:
                Tagged(reader, json, depth);
                break;
            default:
                Simple(reader, json);
                break;
        }
    }

    private static void Integer(CborReader reader, BodyAsJson json)
    {
        if (reader.PeekState() == CborReaderState.UnsignedInteger) json.Integer((BigInteger)reader.ReadUInt64());
        else json.Integer(-1 - (BigInteger)reader.ReadCborNegativeIntegerRepresentation());
    }

    private static void Array(CborReader reader, BodyAsJson json, int depth)
    {
        reader.ReadStartArray();
        json.BeginArray();
        while (reader.PeekState() != CborReaderState.EndArray) Value(reader, json, depth + 1);
        reader.ReadEndArray();
        json.EndArray();
    }

    private static void Map(CborReader reader, BodyAsJson json, int depth)
    {
        reader.ReadStartMap();
        json.BeginObject();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            Name(reader, json);
            Value(reader, json, depth + 1);
        }
        reader.ReadEndMap();
        json.EndObject();
    }

    private static void Name(CborReader reader, BodyAsJson json)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.TextString:
                json.Name(reader.ReadDefiniteLengthTextStringBytes().Span);
                break;
            case CborReaderState.StartIndefiniteLengthTextString:
                json.Name(Encoding.UTF8.GetBytes(reader.ReadTextString()));
                break;
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                json.Name(Encoding.UTF8.GetBytes(reader.ReadInt64().ToString(CultureInfo.InvariantCulture)));
                break;
            default:
                throw OperationError.Bad("The names in a CBOR map must be texts");
        }
    }

    private static void Tagged(CborReader reader, BodyAsJson json, int depth)
    {
        switch (reader.PeekTag())
        {
            case CborTag.DateTimeString:
                json.Date((reader.ReadDateTimeOffset() - DateTimeOffset.UnixEpoch).TotalMilliseconds);
                break;
            case CborTag.UnixTimeSeconds:
                reader.ReadTag();
                json.Date(Math.Round(Seconds(reader) * 1000));
                break;
            case CborTag.UnsignedBigNum or CborTag.NegativeBigNum:
                json.Integer(reader.ReadBigInteger());
                break;
            // They say what a value is for, not what it is: encodings expected later, URIs, base64, regular expressions, MIME, sets, maps, self-description.
            case >= CborTag.Base64UrlLaterEncoding and <= CborTag.EncodedCborDataItem or >= CborTag.Uri and <= CborTag.MimeMessage
                or (CborTag)258 or (CborTag)259 or CborTag.SelfDescribeCbor:
                reader.ReadTag();
                Value(reader, json, depth + 1);
                break;
            case var tag:
                throw OperationError.Bad($"CBOR tag {(ulong)tag} is not supported: send dates with tag 0 or 1, big integers with tag 2 or 3, and no other tags");
        }
    }

    private static double Seconds(CborReader reader) => reader.PeekState() switch
    {
        CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger => reader.ReadInt64(),
        CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat => reader.ReadDouble(),
        _ => throw OperationError.Bad("CBOR tag 1 must be followed by a number of seconds"),
    };

    private static void Simple(CborReader reader, BodyAsJson json)
    {
        switch (reader.ReadSimpleValue())
        {
            case CborSimpleValue.True:
                json.Boolean(true);
                break;
            case CborSimpleValue.False:
                json.Boolean(false);
                break;
            case CborSimpleValue.Null:
                json.Null();
                break;
            case CborSimpleValue.Undefined:
                json.Undefined();
                break;
            case var other:
                throw OperationError.Bad($"CBOR simple value {(byte)other} is not supported");
        }
    }
}
