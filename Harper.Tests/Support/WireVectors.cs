using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Harper.Core.Values;

namespace Harper.Tests.Support;

/// <summary>
/// What was recorded from the original, and a way to compare values with it: as text, attribute order and types included.
/// </summary>
internal static class WireVectors
{
    private static readonly Lazy<JsonDocument> Document = new(() => JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "wire-vectors.json"))));

    public static JsonElement Root => Document.Value.RootElement;

    public static JsonElement Unit(string name) => Root.GetProperty("unit").GetProperty(name);

    public static byte[] Hex(JsonElement element, string property = "hex") => Convert.FromHexString(element.GetProperty(property).GetString()!);

    /// <summary>A value of the vectors, in which what JSON lacks is tagged: <c>{"$bigint": "1"}</c>.</summary>
    public static string Describe(JsonElement json)
    {
        var text = new StringBuilder();
        Describe(json, text);
        return text.ToString();
    }

    public static string Describe(in EncodedRecord record)
    {
        var text = new StringBuilder("{");
        for (var reader = new RecordReader(record); reader.MoveNext();)
        {
            text.Append(reader.Index > 0 ? "," : "").Append(reader.Name).Append(':');
            var value = new ValueReader(reader.Value);
            Describe(ref value, text);
        }

        return text.Append('}').ToString();
    }

    public static string Describe(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder();
        var reader = new ValueReader(value);
        Describe(ref reader, text);
        if (!reader.AtEnd) text.Append(" and more");
        return text.ToString();
    }

    private static void Describe(JsonElement json, StringBuilder text)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var properties = json.EnumerateObject().ToArray();
                if (properties is [{ Name: ['$', ..] } tag])
                {
                    text.Append(tag.Name switch
                    {
                        "$bigint" => tag.Value.GetString() + "n",
                        "$date" => "date " + DateTimeOffset.Parse(tag.Value.GetString()!).ToUnixTimeMilliseconds(),
                        "$undefined" => "undefined",
                        "$bin" => "0x" + tag.Value.GetString(),
                        "$blobExt" => "blob",
                        "$map" => "map",
                        _ => throw new InvalidDataException(tag.Name),
                    });
                    return;
                }

                text.Append('{');
                for (var i = 0; i < properties.Length; i++)
                {
                    text.Append(i > 0 ? "," : "").Append(properties[i].Name).Append(':');
                    Describe(properties[i].Value, text);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var element in json.EnumerateArray())
                {
                    Describe(element, text);
                    text.Append(';');
                }

                text.Append(']');
                break;
            case JsonValueKind.Number:
                text.Append(json.GetDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            case JsonValueKind.String:
                text.Append('"').Append(json.GetString()).Append('"');
                break;
            default:
                text.Append(json.GetRawText());
                break;
        }
    }

    private static void Describe(ref ValueReader reader, StringBuilder text)
    {
        switch (reader.Kind)
        {
            case ValueKind.Number:
                text.Append(reader.ReadNumber().ToString("R", CultureInfo.InvariantCulture));
                break;
            case ValueKind.BigInteger:
                text.Append(reader.ReadBigInteger().ToString(CultureInfo.InvariantCulture)).Append('n');
                break;
            case ValueKind.Text:
                text.Append('"').Append(Encoding.UTF8.GetString(reader.ReadText())).Append('"');
                break;
            case ValueKind.Boolean:
                text.Append(reader.ReadBoolean() ? "true" : "false");
                break;
            case ValueKind.Date:
                text.Append("date ").Append(reader.ReadDate().ToString("R", CultureInfo.InvariantCulture));
                break;
            case ValueKind.Binary:
                text.Append("0x").Append(Convert.ToHexStringLower(reader.ReadBinary()));
                break;
            case ValueKind.Array:
                text.Append('[');
                for (var left = reader.ReadArray(); left > 0; left--)
                {
                    Describe(ref reader, text);
                    text.Append(';');
                }

                text.Append(']');
                break;
            case ValueKind.Record:
                text.Append('{');
                var names = reader.ReadRecord();
                for (var i = 0; i < names.Count; i++)
                {
                    text.Append(i > 0 ? "," : "").Append(Encoding.UTF8.GetString(names.Next())).Append(':');
                    Describe(ref reader, text);
                }

                text.Append('}');
                break;
            case var kind:
                reader.Skip();
                text.Append(kind.ToString().ToLowerInvariant());
                break;
        }
    }

    public static BigInteger BigInteger(JsonElement tagged) => System.Numerics.BigInteger.Parse(tagged.GetProperty("$bigint").GetString()!, CultureInfo.InvariantCulture);
}
