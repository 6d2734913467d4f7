namespace Harper.Core.TransactionLog;

/// <summary>What the decision about trimming a log looks at. Times are milliseconds since 1970, as positions are.</summary>
/// <param name="Oldest">Position of the oldest entry; equal to <paramref name="Head"/> or above when the log is empty.</param>
/// <param name="LogBytes">What the log takes, approximately.</param>
/// <param name="RetentionMs">Age at which entries may go.</param>
/// <param name="MaxBytes">Beyond it the oldest go, whoever waits for them.</param>
/// <param name="AwayGraceMs">How long a member may be away and still be waited for.</param>
public sealed record LogState(double Now, double Oldest, double Head, long LogBytes, double RetentionMs, long MaxBytes, double AwayGraceMs);

/// <summary>A member of the cluster as retention sees it.</summary>
/// <param name="Confirmed">The highest position of this log that it confirmed; null when it never did.</param>
/// <param name="AwaySinceMs">Null while it is connected.</param>
public readonly record struct LogReader(double? Confirmed, double? AwaySinceMs);

/// <summary>
/// Up to which position a log may be trimmed (rules 13, 21; R-SYN-12). By age, but never past what a member that is here or briefly away has not
/// confirmed, nor past a copy that is being served; over the byte cap the oldest go regardless of members: a full disk would stop everybody, and who
/// comes too late copies.
/// </summary>
public static class RetentionPolicy
{
    /// <param name="held">Positions after which entries are needed by copies being served.</param>
    /// <returns>The position up to which entries go; null when none do.</returns>
    public static double? TrimTo(LogState log, IEnumerable<LogReader> readers, IEnumerable<double> held)
    {
        var trimTo = Math.Min(log.Now - log.RetentionMs, log.Head);
        foreach (var reader in readers)
        {
            var waitedFor = reader.AwaySinceMs is not { } since || log.Now - since <= log.AwayGraceMs;
            // One that never confirmed begins with a copy; it needs no entry from before it was served.
            if (waitedFor && reader.Confirmed is { } confirmed) trimTo = Math.Min(trimTo, confirmed);
        }
        trimTo = Math.Max(trimTo, OverCap(log));
        foreach (var after in held) trimTo = Math.Min(trimTo, after);
        return trimTo >= log.Oldest ? trimTo : null;
    }

    // Entries are taken to be spread evenly over the log's time; a few rounds reach the cap from any spread.
    private static double OverCap(LogState log)
    {
        if (log.LogBytes <= log.MaxBytes || log.Head <= log.Oldest) return double.NegativeInfinity;
        var excess = (log.LogBytes - log.MaxBytes) / (double)log.LogBytes;
        return log.Oldest + ((log.Head - log.Oldest) * excess);
    }
}
