using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Core.Replication;

/// <summary>
/// Proves rules 9-13, 16, 17 and 21 on the real engine and the real state machines: whatever breaks in between, after healing all nodes hold the same
/// rows (R-P2P-04, R-SYN-03, 04, 09, 12, 13). What fails is a seed.
/// </summary>
public sealed class ReplicationModelSpecs
{
    [Fact]
    public void Nodes_that_sync_every_commit_should_converge_after_any_history() => Check(LongRun.Scale(150, 3000), sync: true);

    [Fact]
    public void Nodes_that_lose_what_was_not_synced_should_converge_after_any_history() => Check(LongRun.Scale(60, 500), sync: false);

    private static void Check(int seeds, bool sync)
    {
        var failures = new List<string>();
        var first = 0;
        if (int.TryParse(Environment.GetEnvironmentVariable("HARPER_SEED"), out var only)) (first, seeds) = (only, 1);
        for (var seed = first; seed < first + seeds && failures.Count < 3; seed++)
        {
            var world = new ReplicationWorld(seed, sync);
            world.Run(new Random(seed).Next(100, 1500));
            if (!world.Converges(out var why)) failures.Add($"seed {seed}: {why}");
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }
}
