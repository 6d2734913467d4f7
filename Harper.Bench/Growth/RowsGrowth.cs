using Harper.Bench.Commands;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Growth;

/// <summary>One dynamic table grows; at each size the next 100,000 records are timed.</summary>
internal static class RowsGrowth
{
    public static Func<double, GrowthPoint> Begin(PairHolder holder, BenchSettings settings)
    {
        var (pair, rows) = (holder.Pair, 0);
        var table = pair.MakeTable();
        var measured = settings.Scaled(100_000, 1000);
        return size =>
        {
            var target = settings.Scaled((int)size, 1000);
            if (target > rows) ThroughputRun.Fill(pair, table, target - rows, rows, sequential: true);
            rows = Math.Max(rows, target);
            var point = Timed.Insert(pair, table, rows, measured, 1000, size);
            rows += measured;
            return point;
        };
    }
}
