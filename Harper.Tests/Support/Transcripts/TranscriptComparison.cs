using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Harper.Tests.Support.Transcripts;

/// <summary>
/// Compares an answer with the recorded one: everything recorded must be there and equal, more may be there. Times, ids, versions and sizes differ in every run;
/// of them only presence and kind are compared. Job ids are remembered, so that later requests ask for the job of this run.
/// </summary>
internal sealed partial class TranscriptComparison
{
    /// <summary>Numbers from here on are times or generated keys.</summary>
    private const double Generated = 1e11;

    private static readonly HashSet<string> Measured =
        ["latency", "db_size", "table_size", "db_audit_size", "lastReceivedVersion", "requestId", "threadId", "backPressurePercent"];

    /// <summary>There only once something went over a socket, which depends on what was done before the recording.</summary>
    private static readonly HashSet<string> Passing = ["lastCommitConfirmed", "lastReceivedRemoteTime", "lastReceivedLocalTime"];

    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];

    /// <summary>Recorded id → id of this run.</summary>
    public IReadOnlyDictionary<string, string> Ids => _ids;

    public IReadOnlyList<string> Compare(TranscriptEntry entry, ReplayedAnswer answer)
    {
        _differences.Clear();
        if (entry.Status != answer.Status) _differences.Add($"status {answer.Status} instead of {entry.Status}");
        foreach (var (name, value) in entry.ResponseHeaders)
            if (answer.Header(name) is var given && !SameHeader(value!.GetValue<string>(), given)) _differences.Add($"header {name}: {given ?? "absent"}");
        if (entry.Answer is JsonValue page && page.ToString() == "<html>") return [.. _differences];
        var body = answer.Body;
        // Where only the names of tables were recorded.
        if (entry.Answer is JsonArray { Count: > 0 } names && names.All(name => name is JsonValue) && body is JsonObject tables)
            body = new JsonArray([.. tables.Select(table => table.Key).Order(StringComparer.Ordinal).Select(name => (JsonNode)name!)]);
        Compare(entry.Answer, body, "");
        return [.. _differences];
    }

    private void Compare(JsonNode? recorded, JsonNode? given, string path)
    {
        switch (recorded)
        {
            case JsonObject expected when given is JsonObject actual:
                foreach (var (name, value) in expected)
                    if (Passing.Contains(name)) continue;
                    else if (!actual.ContainsKey(name)) Differ($"{path}.{name}", "absent");
                    else if (Measured.Contains(name)) CompareKind(value, actual[name], $"{path}.{name}");
                    else Compare(value, actual[name], $"{path}.{name}");
                break;
            case JsonArray expected when given is JsonArray actual:
                CompareArrays(expected, actual, path);
                break;
            case JsonValue expected when given is JsonValue actual:
                if (!SameValue(expected, actual)) Differ(path, $"{actual.ToJsonString()} instead of {expected.ToJsonString()}");
                break;
            case null when given is null:
                break;
            default:
                Differ(path, $"{Kind(given)} instead of {Kind(recorded)}");
                break;
        }
    }

    private void CompareArrays(JsonArray expected, JsonArray actual, string path)
    {
        // Connections and their sockets stand in the order in which they came up.
        var by = path.EndsWith(".connections", StringComparison.Ordinal) ? "name" : path.EndsWith(".database_sockets", StringComparison.Ordinal) ? "database" : null;
        if (by is not null && expected.All(item => item?[by] is not null))
        {
            foreach (var item in expected)
            {
                var key = item![by]!.ToString();
                Compare(item, actual.FirstOrDefault(other => other?[by]?.ToString() == key), $"{path}[{key}]");
            }
            return;
        }
        if (expected.Count != actual.Count) Differ(path, $"{actual.Count} items instead of {expected.Count}");
        for (var index = 0; index < Math.Min(expected.Count, actual.Count); index++) Compare(expected[index], actual[index], $"{path}[{index}]");
    }

    private bool SameValue(JsonValue expected, JsonValue actual)
    {
        var kind = expected.GetValueKind();
        if (kind == JsonValueKind.Number && actual.GetValueKind() == JsonValueKind.Number)
        {
            var (one, other) = (expected.GetValue<double>(), actual.GetValue<double>());
            return one == other || (one > Generated && other > Generated);
        }
        if (kind != JsonValueKind.String || actual.GetValueKind() != JsonValueKind.String) return kind == actual.GetValueKind();
        return SameText(expected.GetValue<string>(), actual.GetValue<string>());
    }

    private bool SameText(string expected, string actual)
    {
        if (expected == actual) return true;
        if (expected.EndsWith("<jwt>", StringComparison.Ordinal)) return actual.StartsWith("eyJ", StringComparison.Ordinal) && actual.Count(letter => letter == '.') == 2;
        var (ids, given) = (Guids().Matches(expected), Guids().Matches(actual));
        if (ids.Count != given.Count) return false;
        for (var index = 0; index < ids.Count; index++) _ids[ids[index].Value] = given[index].Value;
        return Neutral(expected) == Neutral(actual);
    }

    private static string Neutral(string text) => Times().Replace(Guids().Replace(text, "<id>"), "<time>");

    private void CompareKind(JsonNode? expected, JsonNode? actual, string path)
    {
        if (Kind(expected) != Kind(actual)) Differ(path, $"{Kind(actual)} instead of {Kind(expected)}");
    }

    private void Differ(string path, string what) => _differences.Add($"{path} {what}");

    private static string Kind(JsonNode? node) => node is null ? "null" : node.GetValueKind().ToString();

    private static bool SameHeader(string expected, string? given) =>
        given is not null && expected.Replace(" ", "", StringComparison.Ordinal).Equals(given.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Guids();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT|\w{3} +\d+ \d\d:\d\d:\d\d \d{4} GMT")]
    private static partial Regex Times();
}
