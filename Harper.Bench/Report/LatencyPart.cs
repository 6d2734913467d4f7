using System.Globalization;
using System.Text;
using Harper.Bench.Measure;
using Harper.Bench.Results;

namespace Harper.Bench.Report;

/// <summary>Tails under load, as a table and a plot.</summary>
internal static class LatencyPart
{
    public static void Write(StringBuilder text, Summary summary, string plots)
    {
        var all = summary.All.Where(result => result.Latency is not null).ToList();
        var found = all.Where(result => result.Run == all[^1].Run).Select(result => result.Latency!).DistinctBy(latency => latency.Share).OrderBy(latency => latency.Share).ToList();
        if (found.Count == 0) return;
        text.Append(CultureInfo.InvariantCulture,
            $"\n## Latency under load\n\nSingle inserts into a dynamic table over {Rows.LoadLatencyRun.Connections} connections, sent at a rate whether or not answers are late; the pair takes {found[0].Most:n0} a second at most. Milliseconds.\n\n");
        text.Append("| Load | | p50 | p90 | p99 | p99.9 | max | samples |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var latency in found)
        {
            Line(text, latency.Share, "acknowledged", latency.Acknowledged);
            Line(text, latency.Share, "visible on the other node", latency.Visible);
        }

        text.Append("\n![Latency under load](benchmarks/latency.svg)\n\n").Append(Explanation.Of(plots, "latency"));
        (string, (double, double)[]) Series(string name, Func<LoadLatency, double> pick) => (name, [.. found.Select(latency => (latency.Share * 100, pick(latency)))]);
        File.WriteAllText(Path.Combine(plots, "latency.svg"), Svg.Lines("Single inserts", "share of the highest rate, %", "milliseconds",
        [
            Series("acknowledged p50", latency => latency.Acknowledged.P50), Series("visible p50", latency => latency.Visible.P50),
            Series("acknowledged p99", latency => latency.Acknowledged.P99), Series("visible p99", latency => latency.Visible.P99),
            Series("acknowledged p99.9", latency => latency.Acknowledged.P999),
        ], logarithmic: false));
    }

    private static void Line(StringBuilder text, double share, string what, Percentiles times) => text.Append(CultureInfo.InvariantCulture,
        $"| {share * 100:0} % | {what} | {times.P50:n2} | {times.P90:n2} | {times.P99:n2} | {times.P999:n2} | {times.Max:n2} | {times.Count:n0} |\n");
}
