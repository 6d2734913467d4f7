using Harper.Core.Identity;

namespace Harper.Core.Sessions;

/// <summary>How far a base copy is.</summary>
/// <param name="Table">The table that is being copied; null before the first and after the last.</param>
/// <param name="Rows">Rows so far, of all tables.</param>
/// <param name="Bytes">Bytes so far, as they travel.</param>
/// <param name="TotalRows">What the source estimates; null when it did not say.</param>
public sealed record CopyProgress(TableName? Table, long Rows, long Bytes, long? TotalRows)
{
    /// <summary>What was there some seconds ago, or when this connection began or went on with the copy: the rate is that of what came since.</summary>
    public CopyBeginning? Since { get; init; }

    /// <summary>Rows and bytes per second since then; null in the first moments.</summary>
    public (double Rows, double Bytes)? RateAt(double now) =>
        Since is { } since && now - since.TimeMs is var elapsed and >= 250
            ? (Math.Max(0, Rows - since.Rows) * 1000.0 / elapsed, Math.Max(0, Bytes - since.Bytes) * 1000.0 / elapsed)
            : null;

    /// <summary>Seconds until the rows that the source has are here at that rate; null where one of them is not known.</summary>
    public double? SecondsLeftAt(double now) =>
        TotalRows is { } total && RateAt(now) is { Rows: > 0 } rate ? Math.Max(0, total - Rows) / rate.Rows : null;
}

/// <param name="TimeMs">Milliseconds since 1970.</param>
public readonly record struct CopyBeginning(double TimeMs, long Rows, long Bytes);

/// <summary>From where the rate of a copy is measured: a copy is slow at first, and may become slow, so what was long ago does not count.</summary>
/// <param name="Next">What it is measured from next.</param>
public readonly record struct CopyMeasure(CopyBeginning Since, CopyBeginning Next, long? TotalRows)
{
    /// <summary>The rate is that of the last five to ten seconds.</summary>
    private const double WindowMs = 5000;

    public static CopyMeasure From(CopyBeginning beginning, long? totalRows) => new(beginning, beginning, totalRows);

    public CopyMeasure Seeing(CopyBeginning now) => now.TimeMs - Next.TimeMs < WindowMs ? this : this with { Since = Next, Next = now };
}
