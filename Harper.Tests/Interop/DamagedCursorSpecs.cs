using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Storage.Layout;
using Harper.Storage.Rocks;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>
/// Proves R-SYN-08, 12, R-P2P-19 and rules 13, 14, 15 with a running original: a position that it presents though it never had it, one of ours that a bad disk altered, one that is older than
/// what it keeps of its log, and a database that was made again on either side.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class DamagedCursorSpecs : IAsyncDisposable
{
    private readonly MixedCluster _cluster = new("127.0.84");
    private int _next = 100;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Positions_that_are_not_true_should_be_healed_and_never_believed()
    {
        var (original, ours) = await StartAsync();

        // What the original says that it has of us, and has not.
        string[] changes = LongRun.IsOn ? ["seqId + 31536000000", "-seqId", "5", "NaN", "'x'"] : ["seqId + 31536000000"];
        foreach (var change in changes)
        {
            await original.StopAsync();
            await WriteAsync(ours, _next - 100);
            Assert.NotEqual(0, await original.ChangeCursorsAsync("data", change));
            await original.StartAgainAsync();
            await EqualAsync();
        }

        // Ours, with a bit turned.
        await ours.StopAsync();
        // One of its own: below it forgets the delete, and ours sends it its own last minute once more.
        await WriteAsync(original, 100);
        using (var rocks = new RocksStoreFactory(RocksSettings.Default))
        using (var store = rocks.Open(Path.Combine(ours.Root, "database", "data"))) Assert.Equal(1, StoreDamage.Flip(store, MetaKind.Cursor));
        await ours.StartAgainAsync();
        await EqualAsync();

        // Rule 13: heard of last before its log begins, whose beginning it does not tell. (With the log an original lets go of what it knows of deletes.)
        await ours.StopAsync();
        await MixedCluster.InsertAsync(original, "dog", _next, 2);
        _next += 2;
        await original.CallAsync(new { operation = "delete_audit_logs_before", schema = "data", table = "dog", timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 1000 });
        using (var rocks = new RocksStoreFactory(RocksSettings.Default))
        using (var store = rocks.Open(Path.Combine(ours.Root, "database", "data")))
        using (var database = new TestDatabase(store, self: new NodeName(ours.Address), withTable: false))
        {
            var last = database.Engine.Positions.Cursors[new NodeName(original.Address)];
            database.Now = last + 1;
            database.Commit(new CommitRequest.Positions([new PositionUpdate.DropCursor(new NodeName(original.Address)), new PositionUpdate.Cursor(new NodeName(original.Address), last - 72 * 3_600_000.0)]));
        }

        await ours.StartAgainAsync();
        await EqualAsync();
        Assert.NotEqual(0, await MixedCluster.FigureAsync(ours, "copiedBytesReceived"));
    }

    [Fact]
    public async Task A_database_that_was_made_again_on_either_side_should_end_the_same_on_both()
    {
        var (original, ours) = await StartAsync();
        await MakeAgainAsync(ours);
        await EqualAsync();
        Assert.NotNull(await MixedCluster.ReadAsync(ours, "data", "dog", 1));

        // An original asks for nothing that it had; what is written from now on crosses, and the rest comes on demand.
        await MakeAgainAsync(original);
        await MixedCluster.InsertAsync(ours, "dog", 1_000);
        await MixedCluster.InsertAsync(original, "dog", 1_001);
        await _cluster.UntilHasAsync(original, "dog", 1_000);
        await _cluster.UntilHasAsync(ours, "dog", 1_001);
        await ours.CallAsync(new { operation = "resync_database", database = "data", to = original.Address });
        await EqualAsync();
        Assert.NotNull(await MixedCluster.ReadAsync(original, "data", "dog", 1));

        async Task MakeAgainAsync(NodeProcess node)
        {
            await node.CallAsync(new { operation = "drop_database", database = "data" });
            await node.RunAsync(new { operation = "create_database", database = "data" });
            await node.RunAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
            await MixedCluster.InsertAsync(node, "dog", _next++);
        }
    }

    private async Task<(OriginalNode Original, HostProcess Ours)> StartAsync()
    {
        var (original, ours) = (_cluster.Original(1), _cluster.Ours(2));
        await _cluster.StartAsync();
        await MixedCluster.IntroduceAsync(original, ours);
        await _cluster.UntilMeshedAsync("system");
        await _cluster.CreateTableAsync(ours, "dog");
        await _cluster.UntilMeshedAsync("system", "data");
        await MixedCluster.InsertAsync(ours, "dog", 0, 10);
        await EqualAsync();
        return (original, ours);
    }

    /// <summary>Two rows more, and one less.</summary>
    private async Task WriteAsync(NodeProcess node, int deleted)
    {
        await MixedCluster.InsertAsync(node, "dog", _next, 2);
        await node.CallAsync(new { operation = "delete", database = "data", table = "dog", ids = new[] { deleted } });
        _next += 2;
    }

    /// <summary>What is written last on each side is on the other, and both hold the same.</summary>
    private async Task EqualAsync()
    {
        var rows = (Left: "", Right: "");
        foreach (var node in _cluster.Nodes) await MixedCluster.InsertAsync(node, "dog", _next++);
        await _cluster.UntilAsync($"both hold the same, {_next - 1} among it", async () =>
        {
            rows = (await MixedCluster.RowsAsync(_cluster.Nodes[0], "dog", "id", "name"), await MixedCluster.RowsAsync(_cluster.Nodes[1], "dog", "id", "name"));
            return rows.Left == rows.Right && rows.Left.Contains($"\n{_next - 1} ", StringComparison.Ordinal) && rows.Left.Contains($"\n{_next - 2} ", StringComparison.Ordinal);
        }, () => Task.FromResult($"{rows.Left}---\n{rows.Right}"), 40);
    }
}
