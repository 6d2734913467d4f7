using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.BulkLoad;

/// <summary>Where <c>csv_url_load</c> fetches from, and the headers that it sends along.</summary>
/// <param name="Url">Without the user and password that it may have come with: they are a header.</param>
internal sealed record CsvSource(string Url, ImmutableArray<KeyValuePair<string, string>> Headers)
{
    public static CsvSource Parse(FieldCheck check)
    {
        var text = check.Required("csv_url");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            if (text.Length > 0) check.Problem("'csv_url' must be a valid uri of http or https");
            url = new Uri("http://invalid");
        }
        var headers = Passed(check);
        if (url.UserInfo.Length > 0 && !headers.Any(header => header.Key.Equals("authorization", StringComparison.OrdinalIgnoreCase)))
            headers.Add(new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)))));
        return new CsvSource(url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped), [.. headers]);
    }

    private static List<KeyValuePair<string, string>> Passed(FieldCheck check)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (check.Fields.Element("passthrough_headers") is not { ValueKind: not JsonValueKind.Null } given) return headers;
        if (given.ValueKind != JsonValueKind.Object || given.EnumerateObject().Any(header => header.Value.ValueKind != JsonValueKind.String))
        {
            check.Problem("'passthrough_headers' must be an object of strings");
            return headers;
        }
        using var request = new HttpRequestMessage();
        foreach (var header in given.EnumerateObject())
        {
            var value = header.Value.GetString()!;
            if (!IsOwn(header.Name) && !value.Any(char.IsControl) && request.Headers.TryAddWithoutValidation(header.Name, value)) headers.Add(new(header.Name, value));
            else check.Problem("'passthrough_headers' has a header that cannot be sent with a GET: a name of HTTP and a value without control characters can, but none of how the message is sent");
        }
        return headers;
    }

    /// <summary>What belongs to the connection, and to where it leads.</summary>
    private static bool IsOwn(string name) => name.ToUpperInvariant() is "HOST" or "CONNECTION" or "TRANSFER-ENCODING" or "UPGRADE" or "EXPECT" or "TE" or "TRAILER";
}
