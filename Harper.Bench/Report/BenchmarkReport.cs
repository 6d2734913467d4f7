using System.Text;
using Harper.Bench.Results;
using Harper.Bench.Rows;

namespace Harper.Bench.Report;

/// <summary>Writes <c>docs/benchmarks.md</c> and its plots from all results. What stands outside of the markers is written by people and stays.</summary>
internal static class BenchmarkReport
{
    public static void Write(string docs, IReadOnlyList<Result> all)
    {
        var plots = Path.Combine(docs, "benchmarks");
        Directory.CreateDirectory(plots);
        var summary = new Summary(all);
        var text = new StringBuilder();
        if (all.Any(result => result.Kind == Kinds.Row))
        {
            text.Append("## The main table\n\n");
            MainTable.Write(text, summary);
            Detail.Write(text, summary);
            Bars("throughput", "Replicated, two nodes and the load on one machine", "records per second, logarithmic", summary.Replicated);
            Bars("cpu", "CPU of both nodes together", "microseconds per record, logarithmic", summary.Cpu);
        }

        LatencyPart.Write(text, summary, plots);
        GrowthPart.Write(text, summary, plots);
        GatePart.Write(text, summary);
        ManagedSection.Write(Path.Combine(docs, "benchmarks.md"), "results", text.ToString());

        void Bars(string name, string title, string unit, Func<string, string, double?> figure) => File.WriteAllText(
            Path.Combine(plots, name + ".svg"),
            Svg.Bars(title, Summary.Systems, [.. RowSpec.All.Select(row => (row.Title, Summary.Systems.Select(system => figure(system, row.Name)).ToArray()))], unit, logarithmic: true));
    }
}
