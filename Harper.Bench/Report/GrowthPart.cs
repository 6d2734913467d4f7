using System.Globalization;
using System.Text;
using Harper.Bench.Growth;

namespace Harper.Bench.Report;

/// <summary>Curves of what grows: table, plots of rate and memory, and what a person wrote about each.</summary>
internal static class GrowthPart
{
    public static void Write(StringBuilder text, Summary summary, string plots)
    {
        var drawn = GrowthCurve.All.Select(curve => (Curve: curve, Points: summary.Curve(curve.Name))).Where(curve => curve.Points.Count > 0).ToList();
        if (drawn.Count > 0) text.Append("\n## Growth\n");
        foreach (var (curve, points) in drawn)
        {
            var name = "growth-" + curve.Name;
            text.Append(CultureInfo.InvariantCulture, $"\n### {curve.Title}\n\n| {curve.Unit} | Replicated, records/s | Megabytes/s | Memory of the largest node, MB |\n|---|---|---|---|\n");
            foreach (var point in points)
                text.Append(CultureInfo.InvariantCulture, $"| {point.Size:n0} | {MainTable.Number(point.Rate, "")} | {(curve.Name == "record-size" ? MainTable.Number(point.Rate * point.Size / 1e6, "") : "–")} | {point.Megabytes:n0} |\n");
            text.Append(CultureInfo.InvariantCulture, $"\n![{curve.Title}: rate](benchmarks/{name}.svg)\n\n![{curve.Title}: memory](benchmarks/{name}-memory.svg)\n\n");
            text.Append(Explanation.Of(plots, name));
            var logarithmic = points.All(point => point.Size > 50);
            File.WriteAllText(Path.Combine(plots, name + ".svg"), Svg.Lines(
                curve.Title, curve.Unit, "replicated records per second", [("records per second", [.. points.Select(point => (point.Size, point.Rate))])], logarithmic));
            File.WriteAllText(Path.Combine(plots, name + "-memory.svg"), Svg.Lines(
                curve.Title, curve.Unit, "memory of the largest node, MB", [("megabytes", [.. points.Select(point => (point.Size, point.Megabytes ?? 0))])], logarithmic));
        }
    }
}
