using Harper.Bench.Results;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>How long the plain build output takes to start: not how a node is installed, but what a developer sees.</summary>
internal static class StartRun
{
    public static RoundFigures BuildOutput(string folder)
    {
        using var node = new BenchNode(OurBuild.BuildOutput(), "s", "127.0.0.2", Path.Combine(folder, "start-" + Guid.NewGuid().ToString("N")[..8]));
        var first = node.Start();
        node.Stop();
        var again = node.Start();
        return new RoundFigures { BuildOutputFirstStartSeconds = first.TotalSeconds, BuildOutputRestartSeconds = again.TotalSeconds };
    }
}
