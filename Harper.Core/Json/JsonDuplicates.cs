using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Harper.Core.Json;

/// <summary>
/// Takes repeated names out of JSON objects: the first place, the last value, as JavaScript reads them. Slow, for the rare
/// case.
/// </summary>
internal static class JsonDuplicates
{
    /// <param name="json">Stands on the first token of a value and is left on the last.</param>
    public static byte[] Remove(ref Utf8JsonReader json)
    {
        using var document = JsonDocument.ParseValue(ref json);
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { MaxDepth = 1000 })) Write(document.RootElement, writer);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(JsonElement json, Utf8JsonWriter writer)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var last = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var property in json.EnumerateObject()) last[NameOf(property)] = property.Value;
                writer.WriteStartObject();
                foreach (var (name, value) in last)
                {
                    writer.WritePropertyName(name);
                    Write(value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in json.EnumerateArray()) Write(element, writer);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(json), skipInputValidation: true);
                break;
        }
    }

    // Not property.Name: that fails on half of a surrogate pair.
    private static string NameOf(JsonProperty property)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        var quoted = new byte[raw.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        raw.CopyTo(quoted.AsSpan(1));
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return System.Text.Encoding.UTF8.GetString(JsonText.Read(ref reader));
    }
}
