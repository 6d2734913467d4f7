using Harper.Bench.Commands;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>How long the plain build output takes to start: not how a node is installed, but what a developer sees.</summary>
internal static class StartRun
{
    public static void BuildOutput(RunOptions options, BenchRun run, Action<string> say)
    {
        using var node = new BenchNode(OurBuild.BuildOutput(), "s", "127.0.0.2", Path.Combine(options.Folder, "start-" + Guid.NewGuid().ToString("N")[..8]));
        var first = node.Start();
        node.Stop();
        var again = node.Start();
        var text = string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"The build output, not compiled ahead of time, answers {first.TotalSeconds:n2} s after its first start and {again.TotalSeconds:n2} s after a restart.");
        say(text);
        run.Remarks.Add(text);
    }
}
