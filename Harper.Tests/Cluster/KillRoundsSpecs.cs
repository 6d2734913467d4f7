using Harper.Host.Demo;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Invariants 1 to 5 under SIGKILL: a random node is killed while clients write to all three, started again, and in the end every acknowledged row is on every
/// node and all digests are equal. A few rounds in every run, a hundred with <c>--long</c>.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class KillRoundsSpecs
{
    private static readonly int Rounds = LongRun.Scale(3, 100);

    [Fact]
    public async Task Every_acknowledged_row_should_be_on_every_node_after_each_kill_under_load()
    {
        await using var cluster = new KillCluster("127.0.61");
        await cluster.StartAsync();
        var random = new Random(20261123);
        for (var round = 0; round < Rounds; round++)
        {
            var writers = cluster.StartWriting();
            await cluster.WaitForAcknowledgedAsync(random.Next(100, 600));
            var victim = cluster.Nodes[random.Next(3)];
            await victim.KillAsync();
            await cluster.WaitForAcknowledgedAsync(random.Next(50, 300));
            victim.Start();
            await victim.WaitUntilAnsweringAsync(CancellationToken.None);
            await cluster.StopWritingAsync(writers);
            await cluster.AssertEqualAsync(round);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Rounds} kills, {cluster.Acknowledged} acknowledged rows, none missing");
    }
}
