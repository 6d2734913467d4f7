using Harper.Bench.Load;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Growth;

/// <summary>One dynamic table grows; at each size the next 100,000 records are timed.</summary>
internal static class RowsGrowth
{
    private static readonly long[] Sizes = [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 20_000_000];

    public static GrowthCurve Run(SystemUnderTest system, string folder, long most, Action<string> say)
    {
        using var pair = new BenchPair(system, folder);
        var table = pair.MakeTable();
        var points = new List<GrowthPoint>();
        var rows = 0;
        foreach (var size in Sizes.Where(size => size <= most))
        {
            ThroughputRun.Fill(pair, table, (int)size - rows, rows, sequential: true);
            rows = (int)size;
            points.Add(Timed.Insert(pair, table, rows, 100_000, 1000, size));
            rows += 100_000;
            say($"rows: {points[^1]}");
        }

        return new GrowthCurve("rows", "As the table grows", "rows", "The index keys of new records fall among ever more old ones: what is not in the block cache any more is merged on disk.", points);
    }
}
