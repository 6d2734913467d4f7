using System.Text.Json.Nodes;

namespace Harper.Tests.Support.Transcripts;

/// <summary>Sends recorded requests to nodes of ours in their order and gathers where the answers differ.</summary>
/// <param name="send">Sends one request, its body as text (null: none).</param>
internal sealed class TranscriptReplay(Func<TranscriptEntry, string?, CancellationToken, Task<ReplayedAnswer>> send)
{
    private const int Patience = 30;
    private readonly TranscriptComparison _comparison = new();

    /// <summary>What differs, by entry.</summary>
    public Dictionary<string, IReadOnlyList<string>> Mismatches { get; } = new(StringComparer.Ordinal);

    /// <summary>Recorded text → text of this run, such as the addresses of the nodes.</summary>
    public Dictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

    public static string Id(TranscriptEntry entry) => $"{entry.Transcript}: {entry.Name}";

    public async Task ReplayAsync(TranscriptEntry recorded, CancellationToken cancellation)
    {
        var entry = recorded with { Answer = Renamed(recorded.Answer) };
        IReadOnlyList<string> differences = [];
        // What differs on purpose is not waited for; what is read may be on its way.
        await Wait.TryUntilAsync(async () =>
        {
            differences = _comparison.Compare(entry, await send(entry, Text(recorded.Body), cancellation));
            return !entry.IsReading || differences.All(difference => ExpectedMismatches.IsExpected(Id(entry), difference));
        }, Patience);
        if (differences.Count > 0) Mismatches[Id(entry)] = differences;
    }

    private string? Text(JsonNode? body) => body switch
    {
        null => null,
        JsonValue value => value.GetValue<string>(),
        _ => Renamed(body.ToJsonString(), withIds: true),
    };

    private JsonNode? Renamed(JsonNode? recorded) => recorded is null ? null : JsonNode.Parse(Renamed(recorded.ToJsonString(), withIds: false));

    private string Renamed(string text, bool withIds)
    {
        foreach (var (from, to) in Names) text = text.Replace(from, to, StringComparison.Ordinal);
        if (!withIds) return text;
        foreach (var (from, to) in _comparison.Ids) text = text.Replace(from, to, StringComparison.Ordinal);
        return text;
    }
}
