using System.Text.Json;
using System.Text.Json.Nodes;

namespace Harper.Tests.Support.Transcripts;

/// <summary>One exchange with a node of the original, as it was recorded.</summary>
/// <param name="Transcript">The file it stands in.</param>
/// <param name="Node">Which of the recorded nodes: a, b or c.</param>
/// <param name="Body">What was sent: an object, a text that is no JSON, or null.</param>
internal sealed record TranscriptEntry(
    string Transcript, string Name, string Node, string Method, string Path, string? Auth, JsonObject RequestHeaders, JsonNode? Body,
    int Status, JsonObject ResponseHeaders, JsonNode? Answer)
{
    public string? Operation => Body is JsonObject body && body["operation"] is JsonValue operation ? operation.GetValue<string>() : null;

    /// <summary>Asking again changes nothing, and may see what was still on its way.</summary>
    public bool IsReading => Method == "GET" || (Operation is { } operation
        && (operation.StartsWith("describe_", StringComparison.Ordinal) || operation.StartsWith("search_", StringComparison.Ordinal)
            || operation is "get_job" or "cluster_status" or "read_audit_log" or "cluster_get_routes"));

    public static IReadOnlyList<TranscriptEntry> Load(string transcript)
    {
        var file = System.IO.Path.Combine(AppContext.BaseDirectory, "Transcripts", transcript + ".json");
        // Of some exchanges only the outcome was kept: what was sent held a token.
        return [.. JsonNode.Parse(File.ReadAllText(file))!.AsArray().Where(entry => entry!["request"] is not null).Select(entry => Read(transcript, entry!))];
    }

    private static TranscriptEntry Read(string transcript, JsonNode entry)
    {
        var (request, response) = (entry["request"]!, entry["response"]!);
        // Who served it, and how fast that was.
        foreach (var name in (string[])["server", "server-timing"]) response["headers"]!.AsObject().Remove(name);
        return new TranscriptEntry(
            transcript, entry["name"]!.GetValue<string>(), entry["node"]!.GetValue<string>(), request["method"]!.GetValue<string>(),
            request["path"]!.GetValue<string>(), request["auth"]?.GetValue<string>(), request["headers"]!.AsObject(), request["body"],
            response["status"]!.GetValue<int>(), response["headers"]!.AsObject(), response["body"]);
    }
}

/// <summary>What a node of ours said to the same.</summary>
internal sealed record ReplayedAnswer(int Status, Func<string, string?> Header, JsonNode? Body)
{
    public static JsonNode? ParseBody(string text)
    {
        try
        {
            return text.Length == 0 ? JsonValue.Create("") : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
