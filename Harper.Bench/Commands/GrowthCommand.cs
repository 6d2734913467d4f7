using System.Globalization;
using System.Text;
using Harper.Bench.Growth;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>How this system bears growth: a curve for each thing that can grow.</summary>
internal static class GrowthCommand
{
    public static readonly string[] Curves = ["rows", "record-size", "indexes", "backlog", "nodes"];

    public static int Execute(IReadOnlyList<string> names, long mostRows, string folder)
    {
        var repository = Repository.Find();
        Directory.CreateDirectory(folder);
        var system = OurBuild.Publish(repository, Console.WriteLine);
        foreach (var name in names.Count > 0 ? names : Curves)
        {
            var curve = name switch
            {
                "rows" => RowsGrowth.Run(system, folder, mostRows, Console.WriteLine),
                "record-size" => OtherGrowth.RecordSize(system, folder, Console.WriteLine),
                "indexes" => OtherGrowth.Indexes(system, folder, Console.WriteLine),
                "backlog" => OtherGrowth.Backlog(system, folder, (int)Math.Min(mostRows, 1_000_000), Console.WriteLine),
                "nodes" => OtherGrowth.Nodes(system, folder, Console.WriteLine),
                _ => throw new BenchFailure($"there is no curve '{name}': {string.Join(", ", Curves)}"),
            };
            Publish(repository, curve);
        }

        return 0;
    }

    private static void Publish(Repository repository, GrowthCurve curve)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"## {curve.Title}\n\n{curve.Explanation}\n\n| {curve.Unit} | Replicated, records/s | Memory of the larger node, MB |\n|---|---|---|\n"));
        foreach (var point in curve.Points) text.Append(CultureInfo.InvariantCulture, $"| {point.Size:n0} | {point.Rate:n0} | {point.Megabytes:n0} |\n");
        text.Append(CultureInfo.InvariantCulture, $"\n![{curve.Title}](benchmarks/growth-{curve.Name}.svg)\n");
        Publishing.Plot(repository, "growth-" + curve.Name, Svg.Lines(
            curve.Title, curve.Unit, "replicated records per second", [("records per second", [.. curve.Points.Select(point => (point.Size, point.Rate))])], curve.Points.All(point => point.Size > 50)));
        ManagedSection.Write(Path.Combine(repository.Docs, "benchmarks.md"), "growth-" + curve.Name, text.ToString());
    }
}
