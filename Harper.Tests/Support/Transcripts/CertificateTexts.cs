using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Harper.Tests.Support.Transcripts;

/// <summary>PEM texts and serial numbers differ in every run: what is compared is that there are such.</summary>
internal static partial class CertificateTexts
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonNode? Neutral(JsonNode? answer)
    {
        if (answer is null) return null;
        var text = PemBody().Replace(answer.ToJsonString(Plain), "<pem>");
        return JsonNode.Parse(Serial().Replace(text, "<serial>"));
    }

    [GeneratedRegex(@"(?<=-----BEGIN CERTIFICATE-----).*?(?=-----END CERTIFICATE-----)")]
    private static partial Regex PemBody();

    [GeneratedRegex(@"(?<="")[0-9A-F]{16}(?="")")]
    private static partial Regex Serial();
}
