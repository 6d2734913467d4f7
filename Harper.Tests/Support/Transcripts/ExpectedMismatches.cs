using System.Text.Json;
using Xunit;

namespace Harper.Tests.Support.Transcripts;

/// <summary>The checked-in list of answers that differ from the original's on purpose, each with its reason and the decision behind it.</summary>
internal static class ExpectedMismatches
{
    private sealed record Line(string Entry, string Reason, string Decision);

    public static IReadOnlySet<string> Entries { get; } = Load();

    /// <summary>Fails when something differs that is not on the list, and when something on it no longer differs.</summary>
    /// <param name="replayed">The entries that were looked at.</param>
    public static void Check(IReadOnlyDictionary<string, IReadOnlyList<string>> mismatches, IReadOnlySet<string> replayed)
    {
        var unexpected = mismatches.Where(mismatch => !Entries.Contains(mismatch.Key))
            .Select(mismatch => $"{mismatch.Key}\n    {string.Join("\n    ", mismatch.Value.Take(8))}").ToList();
        Assert.True(unexpected.Count == 0, $"{unexpected.Count} answers differ from the original's:\n{string.Join('\n', unexpected)}");
        var healed = Entries.Where(entry => replayed.Contains(entry) && !mismatches.ContainsKey(entry)).ToList();
        Assert.True(healed.Count == 0, $"These no longer differ, take them off the list:\n{string.Join('\n', healed)}");
    }

    private static HashSet<string> Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Transcripts", "expected-mismatches.json");
        var lines = JsonSerializer.Deserialize<Line[]>(File.ReadAllText(file), JsonSerializerOptions.Web)!;
        Assert.All(lines, line => Assert.False(string.IsNullOrEmpty(line.Reason) || string.IsNullOrEmpty(line.Decision), line.Entry));
        return [.. lines.Select(line => line.Entry)];
    }
}
