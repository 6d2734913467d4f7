using System.Globalization;
using System.Text;
using Harper.Bench.Measure;
using Harper.Bench.Report;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>The tail: answers and visibility at 10, 30, 60 and 90 % of the most single inserts that a pair takes.</summary>
internal static class LatencyCommand
{
    private static readonly double[] Shares = [0.1, 0.3, 0.6, 0.9];

    public static int Execute(bool quick, string folder)
    {
        var repository = Repository.Find();
        Directory.CreateDirectory(folder);
        using var pair = new BenchPair(OurBuild.Publish(repository, Console.WriteLine), folder);
        var most = LoadLatencyRun.Maximum(pair, quick ? 8_000 : 30_000);
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"## Latency under load\n\nSingle inserts into a dynamic table over {LoadLatencyRun.Connections} connections, sent at a rate whether or not answers are late; the pair takes {most:n0} a second at most. Milliseconds.\n\n"));
        text.Append("| Load | | p50 | p90 | p99 | p99.9 | max |\n|---|---|---|---|---|---|---|\n");
        var lines = new (string Name, List<(double X, double Y)> Points)[] { ("acknowledged p99", []), ("visible p99", []), ("acknowledged p50", []), ("visible p50", []) };
        foreach (var share in Shares)
        {
            var (acknowledged, visible) = LoadLatencyRun.At(pair, most * share, TimeSpan.FromSeconds(quick ? 5 : 20));
            Line(text, share, "acknowledged", acknowledged);
            Line(text, share, "visible", visible);
            foreach (var (line, value) in lines.Zip([acknowledged.P99, visible.P99, acknowledged.P50, visible.P50])) line.Points.Add((share * 100, value));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{share:p0}: acknowledged {acknowledged}, visible {visible}"));
        }

        text.Append("\n![Latency under load](benchmarks/latency.svg)\n");
        Publishing.Plot(repository, "latency", Svg.Lines(
            "Single inserts", "share of the highest rate, %", "milliseconds", [.. lines.Select(line => (line.Name, line.Points.ToArray()))], logarithmic: false));
        ManagedSection.Write(Path.Combine(repository.Docs, "benchmarks.md"), "latency", text.ToString());
        return 0;
    }

    private static void Line(StringBuilder text, double share, string what, Percentiles times) => text.Append(CultureInfo.InvariantCulture,
        $"| {share:p0} | {what} | {times.P50:n2} | {times.P90:n2} | {times.P99:n2} | {times.P999:n2} | {times.Max:n2} |\n");
}
