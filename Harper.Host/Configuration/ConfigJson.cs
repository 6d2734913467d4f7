using System.Buffers;
using System.Text.Json;

namespace Harper.Host.Configuration;

/// <summary>Nodes to JSON and back.</summary>
internal static class ConfigJson
{
    public static ConfigNode FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new ConfigNode.Map([.. json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, FromJson(property.Value)))]),
        JsonValueKind.Array => new ConfigNode.List([.. json.EnumerateArray().Select(FromJson)]),
        JsonValueKind.String => new ConfigNode.Scalar(json.GetString()!, Quoted: true),
        JsonValueKind.Null or JsonValueKind.Undefined => ConfigNode.Null,
        _ => new ConfigNode.Scalar(json.GetRawText()),
    };

    public static JsonElement ToElement(ConfigNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer, node);
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <param name="texts">True: scalars below are texts whatever they look like. Holds for serial numbers, which YAML would read as numbers (R-CFG-32).</param>
    public static void Write(Utf8JsonWriter writer, ConfigNode node, bool texts = false)
    {
        switch (node)
        {
            case ConfigNode.Scalar scalar when SecretKeys.IsPrivateKey(scalar.Text):
                writer.WriteStringValue(SecretKeys.Redacted);
                break;
            case ConfigNode.Scalar scalar when texts || scalar.Quoted:
                writer.WriteStringValue(scalar.Text);
                break;
            case ConfigNode.Scalar scalar:
                WriteScalar(writer, scalar);
                break;
            case ConfigNode.List list:
                writer.WriteStartArray();
                foreach (var item in list.Items) Write(writer, item, texts);
                writer.WriteEndArray();
                break;
            case ConfigNode.Map map:
                writer.WriteStartObject();
                foreach (var (name, value) in map.Entries)
                {
                    writer.WritePropertyName(name);
                    if (SecretKeys.IsSecret(name) && value is ConfigNode.Scalar { IsNull: false }) writer.WriteStringValue(SecretKeys.Redacted);
                    else Write(writer, value, texts || name is "revokedCertificates" or "revoked_certificates");
                }
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, ConfigNode.Scalar scalar)
    {
        switch (ScalarTypes.Guess(scalar.Text))
        {
            case null: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case long integer: writer.WriteNumberValue(integer); break;
            case double number: writer.WriteNumberValue(number); break;
            default: writer.WriteStringValue(scalar.Text); break;
        }
    }
}
