using Harper.Bench.Commands;
using Harper.Bench.Systems;

namespace Harper.Bench.Growth;

/// <summary>One point: what grew to how much, and what a pair did there.</summary>
/// <param name="Rate">Replicated records per second, measured at that size.</param>
/// <param name="Megabytes">Memory of the larger node there; null where it says nothing.</param>
internal sealed record GrowthPoint(double Size, double Rate, double? Megabytes)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"at {Size:n0}: {Rate:n0} records/s, {Megabytes:n0} MB");
}

/// <summary>How throughput and memory change while one thing grows.</summary>
/// <param name="Sizes">To what it grows, point by point.</param>
/// <param name="Limit">How long the step to one point may take.</param>
/// <param name="Begin">Makes what measures one point after the other on the nodes that the holder keeps.</param>
internal sealed record GrowthCurve(string Name, string Title, string Unit, double[] Sizes, TimeSpan Limit, Func<PairHolder, BenchSettings, Func<double, GrowthPoint>> Begin)
{
    public static readonly GrowthCurve[] All =
    [
        new("rows", "As the table grows", "rows", [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 20_000_000], TimeSpan.FromMinutes(30), RowsGrowth.Begin),
        new("record-size", "As records grow (typed table)", "bytes per record", [100, 1_000, 10_000, 100_000, 1_000_000], TimeSpan.FromMinutes(5), OtherGrowth.RecordSize),
        new("indexes", "As indexes are added (typed table)", "indexed attributes", [0, 1, 2, 4, 8, 16], TimeSpan.FromMinutes(5), OtherGrowth.Indexes),
        new("backlog", "As the backlog of a node that was away grows", "records missed", [10_000, 100_000, 300_000, 1_000_000], TimeSpan.FromMinutes(10), OtherGrowth.Backlog),
        new("nodes", "As nodes are added on one machine", "nodes", [2, 3, 5], TimeSpan.FromMinutes(10), NodesGrowth.Begin),
    ];
}
