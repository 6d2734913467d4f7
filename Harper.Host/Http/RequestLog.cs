using System.Text;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Host.Http;

/// <summary>A request's body as it may stand in the log: without secrets and payloads, and not longer than a few lines.</summary>
internal static class RequestLog
{
    private const int MaxChars = 2000;

    public static string Shorten(OperationFields body)
    {
        var fields = OperationSecrets.Without(body.Without("data"));
        if (fields.All.Values.Sum(value => (long)value.Length) > 4 * MaxChars) fields = fields.Without("records", "operations");
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) fields.WriteTo(writer);
        var text = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        return text.Length <= MaxChars ? text : text[..MaxChars] + "...";
    }
}
