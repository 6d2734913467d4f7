using Harper.Core.Sessions;
using Xunit;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves R-MON-10: the rate of a copy, and what is left of it, are those of now, however it began.</summary>
public sealed class CopyMeasureSpecs
{
    private const long Total = 1_000_000;

    [Fact]
    public void A_slow_beginning_should_be_forgotten_within_seconds()
    {
        var (progress, now) = Copy((Seconds: 20, RowsPerSecond: 1_000), (20, 40_000));
        Assert.Equal(40_000, progress.RateAt(now)!.Value.Rows, 0.5);
        Assert.Equal((Total - 820_000) / 40_000.0, progress.SecondsLeftAt(now)!.Value, 0.1);
    }

    [Fact]
    public void A_copy_that_stands_still_should_become_slower()
    {
        var (progress, now) = Copy((20, 40_000));
        Assert.InRange(progress.RateAt(now + 60_000)!.Value.Rows, 1, 10_000);
    }

    [Fact]
    public void The_first_moment_should_claim_nothing()
    {
        var (progress, _) = Copy();
        Assert.Null(progress.RateAt(100));
        Assert.Null(progress.SecondsLeftAt(100));
    }

    /// <summary>Ten messages a second.</summary>
    private static (CopyProgress Progress, double Now) Copy(params (int Seconds, int RowsPerSecond)[] phases)
    {
        var (now, rows) = (0.0, 0L);
        var measure = CopyMeasure.From(new CopyBeginning(now, 0, 0), Total);
        foreach (var (seconds, rowsPerSecond) in phases)
            for (var message = 0; message < seconds * 10; message++)
            {
                (now, rows) = (now + 100, rows + rowsPerSecond / 10);
                measure = measure.Seeing(new CopyBeginning(now, rows, rows * 100));
            }

        return (new CopyProgress(null, rows, rows * 100, measure.TotalRows) { Since = measure.Since }, now);
    }
}
