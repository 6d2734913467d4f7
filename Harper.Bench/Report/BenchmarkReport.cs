using System.Text;
using System.Text.Json;
using Harper.Bench.Rows;

namespace Harper.Bench.Report;

/// <summary>Writes <c>docs/benchmarks.md</c>, its plots and the raw figures. The part below the marker is written by hand and stays.</summary>
internal static class BenchmarkReport
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static void Write(string docs, BenchRun run)
    {
        var plots = Path.Combine(docs, "benchmarks");
        Directory.CreateDirectory(plots);
        File.WriteAllText(Path.Combine(plots, "raw.json"), JsonSerializer.Serialize(run, Readable) + "\n");
        var summary = new Summary(run);
        var text = new StringBuilder("## The main table\n\n");
        MainTable.Write(text, summary);
        Detail.Write(text, summary);
        File.WriteAllText(Path.Combine(plots, "throughput.svg"), Svg.Bars("Replicated, two nodes and the load on one machine", summary.Systems,
            [.. RowSpec.All.Select(row => (row.Title, summary.Systems.Select(system => summary.Replicated(system, row.Name)).ToArray()))], "records per second"));
        File.WriteAllText(Path.Combine(plots, "cpu.svg"), Svg.Bars("CPU of both nodes together", summary.Systems,
            [.. RowSpec.All.Select(row => (row.Title, summary.Systems.Select(system => summary.Cpu(system, row.Name)).ToArray()))], "microseconds per record"));
        ManagedSection.Write(Path.Combine(docs, "benchmarks.md"), "run", text.ToString());
    }
}
