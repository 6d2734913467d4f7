using Harper.Core.Identity;
using Harper.Core.Verification;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-SYN-01..04, 08, R-P2P-06, 14, 15, 16 and R-TXN-01..04 between whole nodes over sockets in memory: what one node takes, all hold, whatever
/// happens to the sockets.
/// </summary>
public sealed class SessionSpecs : ClusterSpecBase
{
    private readonly TransportFaults _faults = new();

    [Fact]
    public async Task A_write_should_travel_and_a_node_that_was_away_should_catch_up_without_copying_again()
    {
        var (a, b) = await PairAsync();
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => b.Has("dog", 1), "the write arrives");
        await b.InsertAsync("dog", 2, "b");
        await Wait.UntilAsync(() => a.Has("dog", 2), "the write of the other arrives");
        await SameAsync("dog");

        await b.DisposeAsync();
        for (var i = 10; i < 60; i++) await a.InsertAsync("dog", i, "while away");
        await a.CallAsync(new { operation = "delete", database = "data", table = "dog", ids = new[] { 1, 10 } });
        var again = await b.StartAgainAsync();
        Nodes[1] = again;

        await Wait.UntilAsync(() => again.Has("dog", 59) && !again.Has("dog", 1) && !again.Has("dog", 10), "everything missed arrives, deletes included");
        await SameAsync("dog");
        // What comes by the log is logged; what is copied is not.
        var entries = again.Databases.Find(DatabaseName.Data)!.Engine.ReadLog(0, int.MaxValue).Transactions;
        Assert.InRange(entries.Count(entry => entry.Stamp.Origin.Value == a.Name), 51, 52);
    }

    [Fact]
    public async Task Nothing_should_be_lost_between_a_copy_and_the_stream_while_writes_go_on()
    {
        var a = await StartAsync(1, 2);
        await a.InsertAsync("dog", 0, "first");
        for (var i = 0; i < 4; i++) await InsertManyAsync(a, 1 + i * 1000, 1000);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var last = 10_000;
            while (!stop.IsCancellationRequested)
            {
                await a.InsertAsync("dog", ++last, "during");
                await a.CallAsync(new { operation = "update", database = "data", table = "dog", records = new[] { new { id = last % 4000, name = $"changed {last}" } } });
            }

            return last;
        });
        var b = await StartAsync(2, 1);
        await Wait.UntilAsync(() => b.Has("dog", 4000), "the copy arrives");
        await stop.CancelAsync();
        var written = await writing;

        await Wait.UntilAsync(() => b.Has("dog", written), "what was written meanwhile arrives");
        await SameAsync("dog");
    }

    [Fact]
    public async Task A_copy_that_was_cut_should_go_on_where_it_stopped()
    {
        var a = await StartAsync(1, 2);
        await a.InsertAsync("dog", 0, "first");
        for (var i = 0; i < 20; i++) await InsertManyAsync(a, 1 + i * 1000, 1000);
        // Stopped in the middle: a copy may be over before anybody has looked.
        ClusterNode? b = null;
        _faults.Stalls = () => b is not null && CopyOf(b) is { Rows: > 2000 };
        b = await StartAsync(2, 1);
        await Wait.UntilAsync(() => CopyOf(b) is { Rows: > 2000 }, "the copy is under way");
        await a.DisposeAsync();
        var cut = CopyOf(b);
        Assert.NotNull(cut);
        Assert.False(b.Has("dog", 20_000));

        _faults.Stalls = null;
        Nodes[0] = await a.StartAgainAsync();
        var resumed = cut;
        await Wait.UntilAsync(() => CopyOf(b) is not { } now || (resumed = now).Rows > cut.Rows, "the copy moves again");
        Assert.True(resumed.Rows >= cut.Rows);
        await Wait.UntilAsync(() => b.Has("dog", 20_000) && CopyOf(b) is null, "the copy is complete");
        await SameAsync("dog");
    }

    private static Harper.Core.Positions.CopyCursor? CopyOf(ClusterNode node) => node.Databases.Find(DatabaseName.Data)?.Engine.Positions.Copy;

    [Fact]
    public async Task A_write_should_be_logged_once_on_every_node_and_not_come_back()
    {
        var (a, b) = await PairAsync();
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => b.Has("dog", 1), "the first arrives");
        for (var i = 2; i < 30; i++) await a.InsertAsync("dog", i, "a");
        await Wait.UntilAsync(() => b.Has("dog", 29), "all arrive");

        foreach (var node in Nodes)
        {
            var entries = node.Databases.Find(DatabaseName.Data)!.Engine.ReadLog(0, int.MaxValue).Transactions;
            Assert.Equal(entries.Length, entries.Select(entry => entry.Stamp).Distinct().Count());
            Assert.InRange(entries.Count(entry => entry.Stamp.Origin.Value == a.Name), 28, 29);
        }
    }

    [Fact]
    public async Task A_chain_should_relay_what_its_ends_write()
    {
        var a = await StartAsync(1, 2);
        var b = await StartAsync(2, 1, 3);
        var c = await StartAsync(3, 2);
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => c.Has("dog", 1), "a write crosses the middle");
        await c.CallAsync(new { operation = "insert", database = "data", table = "dog", records = new[] { new { id = 2, name = "c" } } });
        await Wait.UntilAsync(() => a.Has("dog", 2), "and back");
        Assert.True(b.Has("dog", 2));

        await Wait.UntilAsync(
            () => c.Databases.Find(DatabaseName.Data)!.Engine.Positions.Through.Keys.Any(origin => origin.Value == a.Name), "what came by way of the middle counts as its origin's");
    }

    /// <summary>Rows so long that 20,000 are more than what may be under way, 4 MB: a copy of them can be stopped half way.</summary>
    private static Task InsertManyAsync(ClusterNode node, int first, int count) => node.CallAsync(new
    {
        operation = "insert", database = "data", table = "dog",
        records = Enumerable.Range(first, count).Select(id => new { id, name = $"dog {id}".PadRight(400, '.'), weight = id * 1.5, tags = new[] { "a", "b" } }),
    });

    private async Task<(ClusterNode A, ClusterNode B)> PairAsync() => (await StartAsync(1, 2), await StartAsync(2, 1));

    private async Task<ClusterNode> StartAsync(int number, params int[] routes)
    {
        var options = new ClusterNodeOptions($"127.0.9.{number}") { Network = Network, Faults = _faults, Databases = ["data"] }.With([.. routes.Select(route => $"127.0.9.{route}")]);
        var node = await ClusterNode.StartAsync(options);
        Nodes.Add(node);
        return node;
    }
}
