using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.TransactionLog;

/// <summary>What the decision about trimming a log looks at. Times are milliseconds since 1970, as positions are.</summary>
/// <param name="Oldest">Position of the oldest entry; equal to <paramref name="Head"/> or above when the log is empty.</param>
/// <param name="LogBytes">What the log takes, approximately.</param>
/// <param name="RetentionMs">Age at which entries may go.</param>
/// <param name="MaxBytes">Beyond it the oldest go, however young they are.</param>
/// <param name="AwayGraceMs">How long a member may be away and still be waited for.</param>
/// <param name="CapGraceMs">The same while the log is above <paramref name="MaxBytes"/>.</param>
public sealed record LogState(
    double Now, double Oldest, double Head, long LogBytes, double RetentionMs, long MaxBytes, double AwayGraceMs, double CapGraceMs);

/// <summary>A member of the cluster as retention sees it.</summary>
/// <param name="Confirmed">The highest position of this log that it confirmed; null when it never did.</param>
/// <param name="AwaySinceMs">Null while it is connected.</param>
public readonly record struct LogReader(NodeName Name, double? Confirmed, double? AwaySinceMs);

/// <summary>Why entries go.</summary>
public enum TrimCause
{
    /// <summary>They are older than the retention.</summary>
    Age,

    /// <summary>The log is larger than its cap.</summary>
    Size,

    /// <summary>The log is twice as large as its cap: nobody is waited for any more.</summary>
    DiskInDanger,
}

/// <param name="UpTo">The position up to which entries go.</param>
/// <param name="CutOff">Members that have not confirmed all of it: they copy when they come back.</param>
public sealed record LogTrim(double UpTo, TrimCause Cause, ImmutableArray<LogReader> CutOff);

/// <summary>
/// Up to which position a log may be trimmed (rules 13, 21; R-SYN-12). By age, but never past what a member that is here or away for less than the grace has not
/// confirmed, nor past a copy that is being served. Above the byte cap the oldest go too, whatever their age, and a member is waited for only when it is here or briefly away. Above
/// twice the cap nobody is waited for: a full disk would stop everybody, and who comes too late copies.
/// </summary>
public static class RetentionPolicy
{
    /// <param name="held">Positions after which entries are needed by copies being served.</param>
    /// <returns>Null when nothing goes.</returns>
    public static LogTrim? Decide(LogState log, IReadOnlyList<LogReader> readers, IEnumerable<double> held)
    {
        var trimTo = WaitFor(log, readers, Math.Min(log.Now - log.RetentionMs, log.Head), log.AwayGraceMs);
        var cause = TrimCause.Age;
        if (OverCap(log) is { } over)
        {
            var inDanger = log.LogBytes > 2 * log.MaxBytes;
            if (!inDanger) over = WaitFor(log, readers, over, log.CapGraceMs);
            if (over > trimTo) (trimTo, cause) = (over, inDanger ? TrimCause.DiskInDanger : TrimCause.Size);
        }
        foreach (var after in held) trimTo = Math.Min(trimTo, after);
        return trimTo >= log.Oldest ? new LogTrim(trimTo, cause, [.. readers.Where(reader => reader.Confirmed < trimTo)]) : null;
    }

    /// <summary>Not past what a member has not confirmed. One that never confirmed begins with a copy; it needs no entry from before it was served.</summary>
    private static double WaitFor(LogState log, IReadOnlyList<LogReader> readers, double trimTo, double graceMs)
    {
        foreach (var reader in readers)
        {
            var waitedFor = reader.AwaySinceMs is not { } since || log.Now - since <= graceMs;
            if (waitedFor && reader.Confirmed is { } confirmed) trimTo = Math.Min(trimTo, confirmed);
        }
        return trimTo;
    }

    // Entries are taken to be spread evenly over the log's time; a few rounds reach the cap from any spread.
    private static double? OverCap(LogState log)
    {
        if (log.LogBytes <= log.MaxBytes || log.Head <= log.Oldest) return null;
        var excess = (log.LogBytes - log.MaxBytes) / (double)log.LogBytes;
        return log.Oldest + ((log.Head - log.Oldest) * excess);
    }
}
