using System.Text.Json.Nodes;

namespace Harper.Tests.Support.Transcripts;

/// <summary>Sends recorded requests to nodes of ours in their order and gathers where the answers differ.</summary>
/// <param name="send">Sends one request, its body as text (null: none).</param>
internal sealed class TranscriptReplay(Func<TranscriptEntry, string?, CancellationToken, Task<ReplayedAnswer>> send)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly TranscriptComparison _comparison = new();

    /// <summary>What differs, by entry.</summary>
    public Dictionary<string, IReadOnlyList<string>> Mismatches { get; } = new(StringComparer.Ordinal);

    /// <summary>Recorded text → text of this run, such as the addresses of the nodes.</summary>
    public Dictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

    public static string Id(TranscriptEntry entry) => $"{entry.Transcript}: {entry.Name}";

    public async Task ReplayAsync(TranscriptEntry recorded, CancellationToken cancellation)
    {
        var entry = recorded with { Answer = Renamed(recorded.Answer) };
        var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            var answer = await send(entry, Text(recorded.Body), cancellation);
            var differences = _comparison.Compare(entry, answer);
            if (differences.Count == 0) return;
            // What differs on purpose is not waited for.
            var settled = differences.All(difference => ExpectedMismatches.IsExpected(Id(entry), difference));
            if (settled || !entry.IsReading || Environment.TickCount64 >= until)
            {
                Mismatches[Id(entry)] = differences;
                return;
            }
            await Task.Delay(100, cancellation);
        }
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
