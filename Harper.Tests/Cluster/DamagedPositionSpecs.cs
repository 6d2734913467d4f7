using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Storage.Layout;
using Harper.Core.Verification;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-SYN-08 and R-SYN-12 against disks that lie (rules 12, 13, 17, 21): positions with a wrong checksum, of another incarnation or lost with a copy half way
/// are not believed; a copy heals what they spoke of, and writes of every node go on to reach every other.
/// </summary>
public sealed class DamagedPositionSpecs : ClusterSpecBase
{
    private readonly TransportFaults _faults = new();
    private readonly Dictionary<string, ClusterNodeOptions> _options = [];

    [Fact]
    public async Task Damaged_positions_of_every_kind_should_be_healed()
    {
        var (a, b) = (await StartAsync(1, 2), await StartAsync(2, 1));
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => b.Has("dog", 1), "the table arrives");
        await b.InsertAsync("dog", 2, "b");
        await SameAsync();
        var id = 10;
        foreach (var kind in new[] { MetaKind.Head, MetaKind.HasHistory, MetaKind.Through, MetaKind.Floor, MetaKind.Confirmed, MetaKind.PeerIncarnation, MetaKind.Incarnation })
        {
            // A log that was trimmed makes floors, and leaves no other way than a copy to whoever asks for what is below them.
            if (kind == MetaKind.Floor) await Trimmed(Nodes[0]);
            await Nodes[1].DisposeAsync();
            await Nodes[0].InsertAsync("dog", id++, $"while away, {kind}");
            await Nodes[0].CallAsync(new { operation = "delete", database = "data", table = "dog", ids = new[] { id - 2 } });
            StoreDamage.Flip(Store(Nodes[1]), kind);
            Nodes[1] = await Nodes[1].StartAgainAsync();
            await Nodes[1].InsertAsync("dog", id++, $"after {kind}");
            await Nodes[0].InsertAsync("dog", id++, $"after {kind}, there");
            await Wait.UntilAsync(() => Nodes.All(node => node.Has("dog", id - 1) && node.Has("dog", id - 2)), $"both hold what was written after damage to {kind}");
            await SameAsync();
        }
    }

    [Fact]
    public async Task A_copy_whose_cursor_was_altered_should_begin_again()
    {
        var a = await StartAsync(1, 2);
        await a.InsertAsync("dog", 0, "first");
        for (var i = 0; i < 30; i++) await ManyAsync(a, 1 + i * 1000);
        await Trimmed(a);
        await a.DisposeAsync();
        var b = await StartAsync(2, 1);
        await b.InsertAsync("cat", 1, "own history, so that the copy merges");
        // Stopped in the middle: a copy may be over before anybody has looked.
        _faults.Stalls = () => CopyOf(b) is { Rows: > 2000 };
        Nodes[0] = a = await a.StartAgainAsync();
        await Wait.UntilAsync(() => CopyOf(b) is { Rows: > 2000 }, "the copy is under way");
        await b.DisposeAsync();
        await a.DisposeAsync();
        Assert.Equal(1, StoreDamage.Flip(Store(b), MetaKind.Copy));

        _faults.Stalls = null;
        // What the cursor had passed is not believed to be there either.
        Nodes[1] = b = await b.StartAgainAsync();
        Nodes[0] = await a.StartAgainAsync();
        await Wait.UntilAsync(() => b.Has("dog", 30_000) && CopyOf(b) is null, "the copy is complete");
        await SameAsync();
    }

    /// <param name="cannotDial">The node with the new database hears of what it lost on a socket that the other dialled, and has dialled none itself.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_that_was_made_again_should_not_be_mistaken_for_the_one_before(bool cannotDial)
    {
        var (a, b) = (await StartAsync(1, 2, 3), await StartAsync(2, 1));
        for (var i = 1; i < 6; i++) await a.InsertAsync("dog", i, "before");
        await Wait.UntilAsync(() => b.Has("dog", 5), "all arrive");
        var incarnation = a.Databases.Find(DatabaseName.Data)!.Engine.Positions.Incarnation;
        await b.DisposeAsync();
        await a.CallAsync(new { operation = "drop_database", database = "data" });
        await a.TryCallAsync(new { operation = "create_database", database = "data" });
        for (var i = 11; i < 16; i++) await a.InsertAsync("dog", i, "after");
        Assert.NotEqual(incarnation, a.Databases.Find(DatabaseName.Data)!.Engine.Positions.Incarnation);

        if (cannotDial) _faults.CutOff["127.0.10.2"] = true;
        Nodes[1] = b = await b.StartAgainAsync();
        await b.InsertAsync("dog", 20, "b");
        await Wait.UntilAsync(() => b.Has("dog", 15), "what was written since comes");
        _faults.CutOff.Clear();
        await Wait.UntilAsync(() => a.Has("dog", 20), "what both wrote since crosses");
        await Wait.UntilAsync(() => a.Has("dog", 1) && b.Has("dog", 1), "what was before is merged, as it is for a node that lost its disk");
        await SameAsync();

        // Who asks for all of it gets all of it, although the log begins later.
        var c = await StartAsync(3, 1);
        await Wait.UntilAsync(() => c.Has("dog", 1) && c.Has("dog", 15) && c.Has("dog", 20), "a third has everything");
        await SameAsync();
    }

    private static CopyCursor? CopyOf(ClusterNode node) => node.Databases.Find(DatabaseName.Data)?.Engine.Positions.Copy;

    private Harper.Core.Storage.IOrderedStore Store(ClusterNode node) => _options[node.Name].Stores.Find("/databases/data");

    private static async Task Trimmed(ClusterNode node)
    {
        var database = node.Databases.Find(DatabaseName.Data)!;
        await database.CommitAsync(new Harper.Core.Commit.CommitRequest.TrimLog(database.Engine.Positions.Head));
    }

    /// <summary>Rows so long that 30,000 are more than what may be under way, 4 MB: a copy of them can be stopped half way.</summary>
    private static Task ManyAsync(ClusterNode node, int first) => node.CallAsync(new
    {
        operation = "insert", database = "data", table = "dog", records = Enumerable.Range(first, 1000).Select(id => new { id, name = $"dog {id}".PadRight(300, '.'), weight = id * 1.5 }),
    });

    private async Task<ClusterNode> StartAsync(int number, params int[] routes)
    {
        var options = new ClusterNodeOptions($"127.0.10.{number}") { Network = Network, Faults = _faults, Databases = ["data"] }.With([.. routes.Select(route => $"127.0.10.{route}")]);
        var node = await ClusterNode.StartAsync(options);
        _options[node.Name] = options;
        Nodes.Add(node);
        return node;
    }
}
