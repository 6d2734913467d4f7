using System.Globalization;
using System.Text;
using Harper.Bench.Measure;
using Harper.Bench.Results;
using Harper.Bench.Rows;

namespace Harper.Bench.Report;

/// <summary>What stands behind the main table: machine, spread, CPU, latencies, ceilings.</summary>
internal static class Detail
{
    /// <summary>Cores that other programs may use before rates stop meaning much.</summary>
    private const double Quiet = 0.2;

    public static void Write(StringBuilder text, Summary summary)
    {
        text.Append("A figure that meets its goal is **bold**. The limit of the machine is what a part of the way does alone, with both cores to itself and measured in the same run; a replicated pair does every part twice on those cores.\n\n");
        text.Append("![Replicated records per second](benchmarks/throughput.svg)\n\n![CPU per record](benchmarks/cpu.svg)\n\n");
        Durability(text, summary);
        Measured(text, summary);
        foreach (var failure in summary.Failures) text.Append("- ").Append(failure).Append('\n');
        text.Append("\n### By row\n\nRates in records per second, CPU in microseconds per record, answers in milliseconds; *rows before* were in the table already.\n\n");
        text.Append("| Row | System | Rows before | Inserted | Replicated | Spread | CPU a | CPU b | CPU load | Other programs, cores | Answer p50 / p99 / max |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var row in RowSpec.All)
            foreach (var system in Summary.Systems)
                Line(text, summary, row, system);
        Latency(text, summary);
        Copying(text, summary);
        Machine(text, summary);
    }

    private static void Durability(StringBuilder text, Summary summary)
    {
        string Syncs(string system) => MainTable.Number(summary.Other(system, RowNames.Syncs, figures => figures.SyncsPerWrite), "");
        text.Append(CultureInfo.InvariantCulture,
            $"**Durability.** This system answers a write when it is synced to disk: {Syncs("ours")} syncs per single insert over one connection; inserts that wait together share one. The original as installed: {Syncs("original")} syncs per single insert. Counted with strace; both with their default configuration.\n\n");
    }

    private static void Measured(StringBuilder text, Summary summary)
    {
        foreach (var result in summary.Facts.DistinctBy(result => result.Row))
        {
            var (facts, machine) = (result.Facts!, result.Facts!.Machine);
            text.Append(CultureInfo.InvariantCulture, $"- `{result.Row}` ({facts.Options}), {machine.Time}: {machine.Cores} cores of {machine.Processor}, {machine.MemoryGigabytes} GB, {machine.Kernel}, {machine.FileSystem}, {machine.Runtime}");
            text.Append(CultureInfo.InvariantCulture, $"{string.Concat(facts.Versions.Select(pair => $"; {pair.Key} {pair.Value}"))}\n");
            foreach (var remark in facts.Remarks) text.Append("- ").Append(remark).Append('\n');
        }

        if (summary.OthersCores > Quiet)
            text.Append(CultureInfo.InvariantCulture, $"- **Not a quiet machine: other programs used {summary.OthersCores:0.0} cores in the median row. Compare CPU per record, not rates.**\n");
    }

    private static void Line(StringBuilder text, Summary summary, RowSpec row, string system)
    {
        if (summary.Range(system, row.Name) is not { } range) return;
        string N(Func<ThroughputFigures, double> figure) => MainTable.Number(summary.Of(system, row.Name, figure), "");
        text.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {system} | {N(f => f.RowsBefore)} | {N(f => f.Inserted)} | {N(f => f.Replicated)} | {range.Low:n0}–{range.High:n0} | {N(f => f.CpuA)} | {N(f => f.CpuB)} | ");
        text.Append(CultureInfo.InvariantCulture, $"{N(f => f.CpuClient)} | {N(f => f.OthersCores)} | {N(f => f.Answers.P50)} / {N(f => f.Answers.P99)} / {N(f => f.Answers.Max)} |\n");
    }

    private static void Latency(StringBuilder text, Summary summary)
    {
        text.Append("\n### One insert after the other\n\nMilliseconds; *visible* runs from the start of the request until a poll on the other node, asked again after each tenth of a millisecond, finds the record.\n\n");
        text.Append("| System | | p50 | p90 | p99 | p99.9 | max |\n|---|---|---|---|---|---|---|\n");
        foreach (var system in Summary.Systems)
        {
            Times(text, summary, system, RowNames.Visible, "acknowledged", figures => figures.Acknowledged);
            Times(text, summary, system, RowNames.Visible, "visible", figures => figures.Visible);
            Times(text, summary, system, RowNames.Copy, "answers while a copy comes in", figures => figures.AnswersDuringCopy);
        }
    }

    private static void Times(StringBuilder text, Summary summary, string system, string row, string name, Func<RoundFigures, Percentiles?> pick)
    {
        string N(Func<Percentiles, double> at) => MainTable.Number(summary.Other(system, row, figures => pick(figures) is { } found ? at(found) : null), "");
        text.Append(CultureInfo.InvariantCulture, $"| {system} | {name} | {N(p => p.P50)} | {N(p => p.P90)} | {N(p => p.P99)} | {N(p => p.P999)} | {N(p => p.Max)} |\n");
    }

    private static void Copying(StringBuilder text, Summary summary)
    {
        text.Append("\n### CPU of copies and of catching up\n\nMicroseconds per record, of the node that sends and of the one that receives (a caught-up node's start included).\n\n");
        text.Append("| System | copy, sends | copy, receives | catch-up, sends | catch-up, receives |\n|---|---|---|---|---|\n");
        foreach (var system in Summary.Systems)
        {
            string N(string row, Func<RoundFigures, double?> figure) => MainTable.Number(summary.Other(system, row, figure), "");
            text.Append(CultureInfo.InvariantCulture, $"| {system} | {N(RowNames.Copy, f => f.CopyCpuFrom)} | {N(RowNames.Copy, f => f.CopyCpuTo)} | {N(RowNames.CatchUp, f => f.CatchUpCpuFrom)} | {N(RowNames.CatchUp, f => f.CatchUpCpuTo)} |\n");
        }
    }

    private static void Machine(StringBuilder text, Summary summary)
    {
        text.Append("\n### Limits of this machine\n\n| Each part of the way alone | |\n|---|---|\n");
        foreach (var ceiling in Ceilings.CeilingRun.All) text.Append(CultureInfo.InvariantCulture, $"| {ceiling.Title} | {MainTable.Number(summary.Ceiling(ceiling.Name), "")} |\n");
    }
}
