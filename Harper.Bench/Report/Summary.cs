using Harper.Bench.Growth;
using Harper.Bench.Results;

namespace Harper.Bench.Report;

/// <summary>What all results say: of every figure the run that measured it last, and the median over that run's rounds.</summary>
internal sealed class Summary(IReadOnlyList<Result> all)
{
    public static readonly string[] Systems = ["original", "ours"];

    public IReadOnlyList<Result> All => all;

    /// <summary>The runs whose figures are shown, the last one of each command first.</summary>
    public IEnumerable<Result> Facts => all.Where(result => result.Kind == Kinds.Facts && all.Any(other => other.Run == result.Run && other.Kind != Kinds.Facts)).Reverse();

    /// <summary>All rounds of one row in the run that tried it last.</summary>
    public IReadOnlyList<Result> Last(string kind, string row, string system)
    {
        var tried = all.Where(result => result.Kind == kind && result.Row == row && result.System == system).ToList();
        return tried.Count == 0 ? [] : [.. tried.Where(result => result.Run == tried[^1].Run)];
    }

    public double? Replicated(string system, string row) => Of(system, row, figures => figures.Replicated);

    public double? Cpu(string system, string row) => Of(system, row, figures => figures.CpuA + figures.CpuB);

    public double? Of(string system, string row, Func<ThroughputFigures, double> figure) =>
        Median(Throughput(system, row).Select(figure));

    public double? Other(string system, string row, Func<RoundFigures, double?> figure) =>
        Median(Last(Kinds.Row, row, system).Select(result => result.Others is { } others ? figure(others) : null).OfType<double>());

    public double? Ceiling(string name) => Last(Kinds.Ceiling, name, "").LastOrDefault(result => result.Ceiling is > 0)?.Ceiling;

    /// <summary>The smallest and the largest of all rounds.</summary>
    public (double Low, double High)? Range(string system, string row)
    {
        var rates = Throughput(system, row).Select(figures => figures.Replicated).ToList();
        return rates.Count == 0 ? null : (rates.Min(), rates.Max());
    }

    public double OthersCores => Median(all.Where(result => result.Throughput is not null && result.Kind == Kinds.Row).GroupBy(result => (result.Row, result.System))
        .SelectMany(rows => Throughput(rows.Key.System, rows.Key.Row)).Select(figures => figures.OthersCores)) ?? 0;

    /// <summary>Of each size the point that was measured last.</summary>
    public IReadOnlyList<GrowthPoint> Curve(string name) =>
        [.. all.Where(result => result.Kind == Kinds.Growth && result.Row == name).Select(result => result.Point).OfType<GrowthPoint>()
            .GroupBy(point => point.Size).Select(points => points.Last()).OrderBy(point => point.Size)];

    /// <summary>Rows that have no figure, and why: only where the run that tried last had none at all.</summary>
    public IEnumerable<string> Failures => all.Where(result => result.Kind is Kinds.Row or Kinds.Growth or Kinds.Latency or Kinds.Ceiling)
        .GroupBy(result => (result.Kind, result.Row, result.System))
        .Select(rows => Last(rows.Key.Kind, rows.Key.Row, rows.Key.System))
        .Where(last => last.All(result => result.Failure is not null) || (last[0].Kind == Kinds.Growth && last[^1].Failure is not null))
        .Select(last => $"{last[^1].System} {last[^1].Row}: no figure, {last[^1].Failure}".Trim());

    public static double? Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private IEnumerable<ThroughputFigures> Throughput(string system, string row) => Last(Kinds.Row, row, system).Select(result => result.Throughput).OfType<ThroughputFigures>();
}
