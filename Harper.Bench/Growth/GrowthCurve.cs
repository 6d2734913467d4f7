namespace Harper.Bench.Growth;

/// <summary>One point: what grew to how much, and what a pair did there.</summary>
/// <param name="Rate">Replicated records per second, measured at that size.</param>
/// <param name="Megabytes">Memory of the larger node there; null where it says nothing.</param>
internal sealed record GrowthPoint(double Size, double Rate, double? Megabytes);

/// <summary>How throughput and memory change while one thing grows.</summary>
internal sealed record GrowthCurve(string Name, string Title, string Unit, string Explanation, IReadOnlyList<GrowthPoint> Points);
