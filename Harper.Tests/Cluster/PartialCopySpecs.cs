using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves rules 20 and 21 between whole nodes over a network in memory: a copy of nothing but added tables that is cut, by the end of the one who gives it or of the one who takes
/// it, begins again and brings all of them, and what flowed before goes on from where it stood.
/// </summary>
public sealed class PartialCopySpecs : ClusterSpecBase
{
    private const int Rows = 12_000;
    private readonly TransportFaults _faults = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_of_added_tables_that_is_cut_should_begin_again(bool sourceEnds)
    {
        var (a, b) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.3"));
        await a.WriteAsync("data", "cat", Rows + 1);
        await a.WriteAsync("data", "dog", 1);
        await b.CallAsync(new
        {
            operation = "add_node", hostname = a.Name, authorization = Credentials,
            sendsTo = new object[] { new { database = "data" }, new { database = "system" } },
            receivesFrom = new object[] { new { database = "data", excludeTables = new[] { "cat" } }, new { database = "system" } },
        });
        await Wait.UntilAsync(() => b.Has("data", "dog", 1), "the other table flows");
        for (var first = 0; first < Rows; first += 1000)
            await a.CallAsync(new { operation = "insert", database = "data", table = "cat", records = Enumerable.Range(first, 1000).Select(id => new { id, name = $"cat {id}".PadRight(400, '.') }) });
        await a.WriteAsync("data", "dog", 2);
        await Wait.UntilAsync(() => b.Has("data", "dog", 2), "on and on");
        Assert.False(b.Has("data", "cat", Rows + 1));

        _faults.Stalls = () => CopyOf(Nodes[1]) is { Rows: > 1000 };
        await b.CallAsync(new { operation = "add_node", hostname = a.Name });
        await Wait.UntilAsync(() => CopyOf(b) is { Rows: > 1000 }, "the copy is under way");
        Assert.True(CopyOf(b)!.IsPartial);
        Assert.False(b.Has("data", "cat", Rows - 1));
        if (sourceEnds) await a.DisposeAsync();
        else await b.DisposeAsync();
        _faults.Stalls = null;
        if (!sourceEnds) await ChangeAsync(a);
        var again = await (sourceEnds ? a : b).StartAgainAsync();
        if (sourceEnds) Nodes[0] = a = again;
        else Nodes[1] = b = again;
        if (sourceEnds) await ChangeAsync(a);

        await Wait.UntilAsync(() => b.Has("data", "cat", Rows - 1) && b.Has("data", "dog", 3) && CopyOf(b) is null && !b.Has("data", "cat", 5), "all of it is there");
        await SameAsync("cat");
        await SameAsync();

        // Positions mean what they say: nothing of it comes again.
        b = await RestartAsync(b);
        await a.WriteAsync("data", "cat", Rows + 2);
        await Wait.UntilAsync(() => b.Has("data", "cat", Rows + 2), "it flows from now on");
        var status = await b.CallAsync(new { operation = "cluster_status" });
        Assert.DoesNotContain(
            status.GetProperty("connections").EnumerateArray().SelectMany(connection => connection.GetProperty("database_sockets").EnumerateArray()),
            socket => socket.GetProperty("database").GetString() == "data" && socket.TryGetProperty("copiedBytesReceived", out var bytes) && bytes.GetInt64() > 0);
    }

    /// <summary>A row that the copy had brought already goes, and both tables are written to.</summary>
    private static async Task ChangeAsync(ClusterNode a)
    {
        await a.CallAsync(new { operation = "delete", database = "data", table = "cat", ids = new[] { 5 } });
        await a.WriteAsync("data", "dog", 3);
    }

    private static CopyCursor? CopyOf(ClusterNode node) => node.Databases.Find(DatabaseName.Data)?.Engine.Positions.Copy;

    private Task<ClusterNode> StartAsync(string name) => StartAsync(new ClusterNodeOptions(name) { Network = Network, Faults = _faults });
}
