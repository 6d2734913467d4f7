namespace Harper.Bench.Report;

/// <summary>Medians over the rounds of a run.</summary>
internal sealed class Summary(BenchRun run)
{
    public BenchRun Run => run;

    public IReadOnlyList<string> Systems { get; } = [.. run.Versions.Keys];

    public double OthersCores => Median(run.Rounds.SelectMany(round => round.Throughput.Values).Select(figures => figures.OthersCores)) ?? 0;

    public double? Replicated(string system, string row) => Of(system, row, figures => figures.Replicated);

    public double? Cpu(string system, string row) => Of(system, row, figures => figures.CpuA + figures.CpuB);

    public double? Of(string system, string row, Func<ThroughputFigures, double> figure) => Median(
        run.Rounds.Where(round => round.System == system && round.Throughput.ContainsKey(row)).Select(round => figure(round.Throughput[row])));

    public double? Other(string system, Func<RoundFigures, double?> figure) => Median(
        run.Rounds.Where(round => round.System == system).Select(round => figure(round.Others)).OfType<double>());

    /// <summary>The smallest and the largest of all rounds.</summary>
    public (double Low, double High)? Range(string system, string row)
    {
        var all = run.Rounds.Where(round => round.System == system && round.Throughput.ContainsKey(row)).Select(round => round.Throughput[row].Replicated).ToList();
        return all.Count == 0 ? null : (all.Min(), all.Max());
    }

    public static double? Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
