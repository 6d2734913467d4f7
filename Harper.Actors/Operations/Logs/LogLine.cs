using System.Globalization;

namespace Harper.Actors.Operations.Logs;

/// <summary>An entry of the log file: <c>time [thread] [level] [tag…]: message</c>; lines that follow and do not begin so belong to its message.</summary>
internal sealed record LogLine(DateTimeOffset Time, string Thread, string Level, IReadOnlyList<string> Tags, string Message)
{
    /// <summary>The entries of a log, from front to back. What stands before the first one is the rest of something, and is left out.</summary>
    public static IEnumerable<LogLine> Read(TextReader log)
    {
        LogLine? entry = null;
        while (log.ReadLine() is { } line)
        {
            if (Parse(line) is not { } next)
            {
                if (entry is { Message.Length: < MaxMessage }) entry = entry with { Message = $"{entry.Message}\n{line}" };
                continue;
            }

            if (entry is not null) yield return entry;
            entry = next;
        }

        if (entry is not null) yield return entry;
    }

    /// <summary>Characters after which no further line is added to a message.</summary>
    private const int MaxMessage = 64 * 1024;

    private static LogLine? Parse(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space < 20 || !DateTimeOffset.TryParse(line.AsSpan(0, space), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return null;
        var words = new List<string>();
        var at = space + 1;
        while (at < line.Length && line[at] == '[' && line.IndexOf(']', at) is > 0 and var end)
        {
            words.Add(line[(at + 1)..end]);
            at = end + 1;
            if (at < line.Length && line[at] == ' ') at++;
        }

        if (words.Count < 2 || at >= line.Length || line[at] != ':') return null;
        return new LogLine(time, words[0], words[1], words[2..], line[(at + 1)..].TrimStart());
    }
}
