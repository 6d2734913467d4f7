using System.Diagnostics;
using Harper.Host.Demo;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Cluster.CopyCluster;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-SYN-01, 02, 03, 15, R-P2P-16 and 18 with processes: a joiner copies from one node while clients write to it and to the others, answers all the while, and takes the
/// rest as streams; a node that was away for a whole load catches up. Memory is flat throughout. A million rows and two gigabytes with <c>--long</c>.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class CopyLoadSpecs
{
    private const double MaxMemory = 400;

    [Fact]
    public async Task A_joiner_should_copy_from_one_node_while_all_take_writes_and_answer()
    {
        var rows = LongRun.Scale(20_000, 1_000_000);
        await using var cluster = new CopyCluster("127.0.63", 3);
        var (a, b, joiner) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.StartAsync(a, b);
        await CreateTableAsync(a);
        await cluster.LoadAsync(a, 0, rows, 200);
        await WaitUntilEqualAsync(LongRun.Scale(60, 600), a, b);

        var afterLoad = Math.Max(PeakMemory(a), PeakMemory(b));
        ForgetPeakMemory(a);
        ForgetPeakMemory(b);
        await cluster.StartAsync(joiner);
        var watch = Stopwatch.StartNew();
        await using var probe = new AnswerProbe(joiner, new { operation = "describe_all" });
        var written = rows;
        var sawProgress = false;
        await UntilAsync("the copy is there", LongRun.Scale(60, 900), async () =>
        {
            foreach (var node in new[] { a, b }) await cluster.LoadAsync(node, (written += 20) - 20, 20, 200);
            await a.RunAsync(new { operation = "delete", database = "copied", table = "rows", ids = new[] { $"{written % rows:000000000}" } }, default);
            sawProgress |= (await ProgressAsync(joiner, a)).Rows > 0 || (await ProgressAsync(joiner, b)).Rows > 0;
            return await CountAsync(joiner) >= rows;
        });
        var took = watch.Elapsed;
        var answers = await probe.StopAsync();
        await WaitUntilEqualAsync(LongRun.Scale(60, 300), a, b, joiner);

        long[] copied = [Figure(await SocketAsync(joiner, a), "copiedBytesReceived"), Figure(await SocketAsync(joiner, b), "copiedBytesReceived")];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{rows} rows copied in {took.TotalSeconds:0.0} s ({rows / took.TotalSeconds:0} rows/s, {copied.Max() / 1e6:0.0} MB) under writes; joiner: {AnswerProbe.Words(answers)}; "
            + $"peaks of memory {afterLoad:0} MB for the load, then {string.Join(", ", cluster.Nodes.Select(node => $"{PeakMemory(node):0}"))} MB");
        Assert.Single(copied, bytes => bytes > 0);
        Assert.True(sawProgress || rows < 100_000, "cluster_status never showed the copy");
        Assert.True(answers[answers.Count / 2] < 1000 && answers[^1] < 10_000 + 5 * probe.WorstWait, AnswerProbe.Words(answers));
        Assert.All(cluster.Nodes, node => Assert.InRange(PeakMemory(node), 1, MaxMemory));
    }

    [Fact]
    public async Task A_node_that_was_away_for_a_whole_load_should_catch_up_with_flat_memory()
    {
        var (rows, bytes) = (LongRun.Scale(400, 20_000), 100_000);
        await using var cluster = new CopyCluster("127.0.64", 2);
        var (a, away) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.StartAsync(a, away);
        await CreateTableAsync(a);
        await cluster.LoadAsync(a, 0, 10, 100);
        await WaitUntilEqualAsync(60, a, away);
        await away.KillAsync();

        await cluster.LoadAsync(a, 10, rows, bytes);
        var afterLoad = PeakMemory(a);
        ForgetPeakMemory(a);
        await cluster.StartAsync(away);
        var watch = Stopwatch.StartNew();
        await UntilAsync("everything missed is there", LongRun.Scale(60, 900), async () => await CountAsync(away) == rows + 10);
        var took = watch.Elapsed;
        await WaitUntilEqualAsync(120, a, away);

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{rows} rows of {bytes} bytes caught up in {took.TotalSeconds:0.0} s ({(double)rows * bytes / took.TotalSeconds / 1e6:0} MB/s); peaks of memory "
            + $"{afterLoad:0} MB after the load, {PeakMemory(a):0} and {PeakMemory(away):0} MB at the end");
        Assert.Equal(0, Figure(await SocketAsync(away, a), "copiedBytesReceived"));
        Assert.All(cluster.Nodes, node => Assert.InRange(PeakMemory(node), 1, MaxMemory));
    }
}
