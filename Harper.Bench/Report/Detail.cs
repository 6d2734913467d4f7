using System.Globalization;
using System.Text;
using Harper.Bench.Rows;

namespace Harper.Bench.Report;

/// <summary>What stands behind the main table: machine, spread, CPU, latencies, ceilings.</summary>
internal static class Detail
{
    /// <summary>Cores that other programs may use before rates stop meaning much.</summary>
    private const double Quiet = 0.2;

    /// <summary>Which ceiling bounds which row.</summary>
    private static readonly (string Row, string Ceiling)[] Bounds =
    [
        ("dynamic-1000", "RocksDB alone, dynamic"), ("typed-1000", "RocksDB alone, records without"), ("single-1", "appends of 200 bytes"),
        ("single-4", "HTTP alone, the single insert's request and a small answer, 4"),
    ];

    public static void Write(StringBuilder text, Summary summary)
    {
        var machine = summary.Run.Machine;
        text.Append("![Replicated records per second](benchmarks/throughput.svg)\n\n![CPU per record](benchmarks/cpu.svg)\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"Measured {machine.Time} on {machine.Cores} cores of {machine.Processor}, {machine.MemoryGigabytes} GB, {machine.Kernel}, {machine.FileSystem}, {machine.Runtime}; ");
        text.Append(CultureInfo.InvariantCulture, $"{string.Join(", ", summary.Run.Versions.Select(pair => $"{pair.Key} {pair.Value}"))}; {summary.Run.Options}. Medians of the rounds.\n\n");
        if (summary.OthersCores > Quiet)
            text.Append(CultureInfo.InvariantCulture, $"**Not a quiet machine: other programs used {summary.OthersCores:0.0} of {machine.Cores} cores in the median row. Compare CPU per record, not rates.**\n\n");
        foreach (var remark in summary.Run.Remarks.Distinct()) text.Append("- ").Append(remark).Append('\n');
        text.Append("\n### By row\n\nRates in records per second, CPU in microseconds per record, answers in milliseconds.\n\n");
        text.Append("| Row | System | Inserted | Replicated | Spread | CPU a | CPU b | CPU load | Other programs, cores | Answer p50 / p99 / max |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var row in RowSpec.All)
            foreach (var system in summary.Systems)
                Line(text, summary, row, system);
        Latency(text, summary);
        Limits(text, summary);
    }

    private static void Line(StringBuilder text, Summary summary, RowSpec row, string system)
    {
        if (summary.Range(system, row.Name) is not { } range) return;
        string N(Func<ThroughputFigures, double> figure) => MainTable.Number(summary.Of(system, row.Name, figure), "");
        text.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {system} | {N(f => f.Inserted)} | {N(f => f.Replicated)} | {range.Low:n0}–{range.High:n0} | {N(f => f.CpuA)} | {N(f => f.CpuB)} | ");
        text.Append(CultureInfo.InvariantCulture, $"{N(f => f.CpuClient)} | {N(f => f.OthersCores)} | {N(f => f.Answers.P50)} / {N(f => f.Answers.P99)} / {N(f => f.Answers.Max)} |\n");
    }

    private static void Latency(StringBuilder text, Summary summary)
    {
        text.Append("\n### One insert after the other\n\nMilliseconds; *visible* runs from the start of the request until a tight poll on the other node finds the record.\n\n");
        text.Append("| System | | p50 | p90 | p99 | p99.9 | max |\n|---|---|---|---|---|---|---|\n");
        foreach (var system in summary.Systems)
            foreach (var (name, pick) in new (string, Func<RoundFigures, Measure.Percentiles?>)[] { ("acknowledged", f => f.Acknowledged), ("visible", f => f.Visible) })
            {
                string N(Func<Measure.Percentiles, double> at) => MainTable.Number(summary.Other(system, figures => pick(figures) is { } found ? at(found) : null), "");
                text.Append(CultureInfo.InvariantCulture, $"| {system} | {name} | {N(p => p.P50)} | {N(p => p.P90)} | {N(p => p.P99)} | {N(p => p.P999)} | {N(p => p.Max)} |\n");
            }
    }

    private static void Limits(StringBuilder text, Summary summary)
    {
        if (summary.Run.Ceilings.Count == 0) return;
        text.Append("\n### Ceilings of this machine, in the same run\n\nEach part of the way alone, with both cores to itself; a replicated pair does every part twice on the same cores.\n\n| Limit | |\n|---|---|\n");
        foreach (var (name, figure) in summary.Run.Ceilings) text.Append(CultureInfo.InvariantCulture, $"| {name} | {figure:n0} |\n");
        text.Append("\n| Row | Share of its limit |\n|---|---|\n");
        foreach (var (row, prefix) in Bounds)
            if (summary.Replicated("ours", row) is { } rate && summary.Run.Ceilings.FirstOrDefault(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)) is { Value: > 0 } limit)
                text.Append(CultureInfo.InvariantCulture, $"| {row} | {rate / limit.Value:p0} of: {limit.Key} |\n");
    }
}
