using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Harper.Tests.Support.Transcripts;

/// <summary>The checked-in list of what differs from the original's answers on purpose: where, why, and the decision behind it.</summary>
internal static class ExpectedMismatches
{
    /// <param name="Entry">Transcript and name of the entry; an asterisk stands for anything.</param>
    /// <param name="Difference">The difference as the comparison words it, or its beginning and end around an asterisk.</param>
    private sealed record Line(string Entry, string Difference, string Reason, string Decision);

    private static readonly Line[] Lines = Load();

    public static bool IsExpected(string entry, string difference) => Lines.Any(line => Covers(line, entry, difference));

    /// <summary>Fails when something differs that is not on the list, and when a line of the list no longer finds anything.</summary>
    /// <param name="replayed">The entries that were looked at.</param>
    public static void Check(IReadOnlyDictionary<string, IReadOnlyList<string>> mismatches, IReadOnlySet<string> replayed)
    {
        var unexpected = (from mismatch in mismatches
                          let differences = mismatch.Value.Where(difference => !IsExpected(mismatch.Key, difference)).ToList()
                          where differences.Count > 0
                          select $"{mismatch.Key}\n    {string.Join("\n    ", differences.Take(12))}").ToList();
        Assert.True(unexpected.Count == 0, $"{unexpected.Count} answers differ from the original's:\n{string.Join('\n', unexpected)}");
        var healed = Lines
            .Where(line => replayed.Any(entry => Fits(line.Entry, entry))
                && !mismatches.Any(mismatch => mismatch.Value.Any(difference => Covers(line, mismatch.Key, difference))))
            .Select(line => $"{line.Entry} {line.Difference}").ToList();
        Assert.True(healed.Count == 0, $"These no longer differ, take them off the list:\n{string.Join('\n', healed)}");
    }

    private static bool Covers(Line line, string entry, string difference) => Fits(line.Entry, entry) && Fits(line.Difference, difference);

    private static bool Fits(string pattern, string text) =>
        Regex.IsMatch(text, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.Singleline);

    private static Line[] Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Transcripts", "expected-mismatches.json");
        var lines = JsonSerializer.Deserialize<Line[]>(File.ReadAllText(file), JsonSerializerOptions.Web)!;
        Assert.All(lines, line => Assert.False(string.IsNullOrEmpty(line.Reason) || string.IsNullOrEmpty(line.Decision), line.Entry));
        return lines;
    }
}
