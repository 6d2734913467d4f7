namespace Harper.Bench.Report;

/// <summary>What a person wrote about a plot, in a file of its own that no command writes: <c>docs/benchmarks/explanations/NAME.md</c>.</summary>
internal static class Explanation
{
    public static string Of(string plots, string name)
    {
        var path = Path.Combine(plots, "explanations", name + ".md");
        return File.Exists(path) ? File.ReadAllText(path).Trim() + "\n" : "";
    }
}
