namespace Harper.Bench.Report;

/// <summary>Plots beside the page that shows them.</summary>
internal static class Publishing
{
    public static void Plot(Repository repository, string name, string svg)
    {
        var folder = Path.Combine(repository.Docs, "benchmarks");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".svg"), svg);
    }
}
