using System.Formats.Cbor;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Harper.Tests.Interop;

/// <summary>
/// Values as both kinds of node take and give them in CBOR: null, bool, long, double, <see cref="BigInteger"/>, string, bytes, <see cref="DateTimeOffset"/>, lists, and
/// maps as <see cref="Dictionary{TKey,TValue}"/>. And their description, by which they are compared.
/// </summary>
internal static class CborValue
{
    private const long Safe = 1L << 53;

    public static byte[] Encode(object? value)
    {
        var writer = new CborWriter();
        Write(writer, value);
        return writer.Encode();
    }

    public static object? Decode(ReadOnlyMemory<byte> bytes) => Read(new CborReader(bytes, CborConformanceMode.Lax));

    /// <summary>
    /// Equal for equal values. Numbers are what JavaScript makes of them; a big integer differs from a number only beyond 2^53, because below it CBOR says the same of both.
    /// Attributes of a record that are null are left out: both kinds answer null for what is absent.
    /// </summary>
    public static string Describe(object? value)
    {
        var text = new StringBuilder();
        Describe(text, value is Dictionary<string, object?> record ? record.Where(member => member.Value is not null).ToDictionary() : value);
        return text.ToString();
    }

    private static void Describe(StringBuilder to, object? value)
    {
        switch (value)
        {
            case null: to.Append("null"); break;
            case bool known: to.Append(known ? "true" : "false"); break;
            case long whole when whole is > Safe or < -Safe: to.Append('B').Append(whole); break;
            case long whole: Describe(to, (double)whole); break;
            case BigInteger big when big > Safe || big < -Safe: to.Append('B').Append(big); break;
            case BigInteger big: Describe(to, (double)big); break;
            case double number: to.Append((number + 0.0).ToString("R", CultureInfo.InvariantCulture)); break;
            case string written: to.Append('"').Append(written).Append('"'); break;
            case byte[] bytes: to.Append('x').Append(Convert.ToHexString(bytes)); break;
            case DateTimeOffset time: to.Append('@').Append(time.ToUnixTimeMilliseconds()); break;
            case IEnumerable<object?> list:
                to.Append('[');
                foreach (var item in list)
                {
                    Describe(to, item);
                    to.Append(' ');
                }

                to.Append(']');
                break;
            case Dictionary<string, object?> map:
                to.Append('{');
                foreach (var (name, member) in map.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    to.Append(name).Append('=');
                    Describe(to, member);
                    to.Append(' ');
                }

                to.Append('}');
                break;
            default: throw new ArgumentException($"{value.GetType()} is not a value of a record", nameof(value));
        }
    }

    private static void Write(CborWriter to, object? value)
    {
        switch (value)
        {
            case null: to.WriteNull(); break;
            case bool known: to.WriteBoolean(known); break;
            case int whole: to.WriteInt64(whole); break;
            // The original takes -2^32 to -2^31 as an integer of CBOR for another number.
            case long whole when whole < int.MinValue && whole >= -Safe: to.WriteDouble(whole); break;
            case long whole: to.WriteInt64(whole); break;
            case BigInteger big: to.WriteBigInteger(big); break;
            case double number: to.WriteDouble(number); break;
            case string text: to.WriteTextString(text); break;
            case byte[] bytes: to.WriteByteString(bytes); break;
            case DateTimeOffset time:
                to.WriteTag(CborTag.UnixTimeSeconds);
                to.WriteDouble(time.ToUnixTimeMilliseconds() / 1000.0);
                break;
            case IReadOnlyCollection<KeyValuePair<string, object?>> map:
                to.WriteStartMap(map.Count);
                foreach (var (name, member) in map)
                {
                    to.WriteTextString(name);
                    Write(to, member);
                }

                to.WriteEndMap();
                break;
            case System.Collections.IEnumerable list:
                to.WriteStartArray(null);
                foreach (var item in list) Write(to, item);
                to.WriteEndArray();
                break;
            default: throw new ArgumentException($"{value.GetType()} is not a value of a record", nameof(value));
        }
    }

    private static object? Read(CborReader from)
    {
        switch (from.PeekState())
        {
            case CborReaderState.Null: from.ReadNull(); return null;
            case CborReaderState.SimpleValue: from.ReadSimpleValue(); return null;
            case CborReaderState.Boolean: return from.ReadBoolean();
            case CborReaderState.UnsignedInteger:
                var positive = from.ReadUInt64();
                return positive <= long.MaxValue ? (object)(long)positive : new BigInteger(positive);
            case CborReaderState.NegativeInteger:
                var negative = -1 - new BigInteger(from.ReadCborNegativeIntegerRepresentation());
                return negative >= long.MinValue ? (object)(long)negative : negative;
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat: return from.ReadDouble();
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString: return from.ReadTextString();
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString: return from.ReadByteString();
            case CborReaderState.StartArray: return ReadList(from);
            case CborReaderState.StartMap: return ReadMap(from);
            case CborReaderState.Tag: return ReadTagged(from);
            default: throw new FormatException($"{from.PeekState()} in an answer");
        }
    }

    private static List<object?> ReadList(CborReader from)
    {
        var list = new List<object?>();
        from.ReadStartArray();
        while (from.PeekState() != CborReaderState.EndArray) list.Add(Read(from));
        from.ReadEndArray();
        return list;
    }

    private static Dictionary<string, object?> ReadMap(CborReader from)
    {
        var map = new Dictionary<string, object?>();
        from.ReadStartMap();
        while (from.PeekState() != CborReaderState.EndMap)
        {
            var name = from.ReadTextString();
            map[name] = Read(from);
        }

        from.ReadEndMap();
        return map;
    }

    private static object? ReadTagged(CborReader from)
    {
        switch (from.PeekTag())
        {
            case CborTag.UnsignedBigNum or CborTag.NegativeBigNum:
                var big = from.ReadBigInteger();
                return big >= long.MinValue && big <= long.MaxValue ? (object)(long)big : big;
            case CborTag.UnixTimeSeconds:
                from.ReadTag();
                var seconds = Read(from) switch { long whole => whole, double broken => broken, var other => throw new FormatException($"a date of {other}") };
                return DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(seconds * 1000));
            default:
                var tag = from.ReadTag();
                // 64: bytes as a typed array of JavaScript.
                if ((ulong)tag == 64) return Read(from);
                throw new FormatException($"tag {tag} in an answer");
        }
    }
}
