using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Proves rule 23 from end to end: whoever is copied to says so until the log up to where the source stood at the end of the copy is applied, whatever happens in between.</summary>
public sealed class CopyRestSpecs : IAsyncDisposable
{
    private const int Rows = 100;
    private static readonly DatabaseName Herd = new("herd");
    private static readonly TableName Cows = new("cow");

    private readonly InMemoryTransport _network = new();
    private readonly TransportFaults _faults = new();
    private readonly List<ClusterNode> _nodes = [];

    public async ValueTask DisposeAsync()
    {
        _faults.Hold?.Release();
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task What_is_half_of_a_transaction_should_be_called_a_copy_until_the_other_half_is_here()
    {
        var source = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.0.2") { Network = _network });
        _nodes.Add(source);
        await source.CallAsync(new { operation = "create_table", database = "herd", table = "cow", primary_key = "id" });
        var filler = new string('x', 40_000);
        await source.CallAsync(new { operation = "insert", database = "herd", table = "cow", records = Enumerable.Range(0, Rows).Select(id => new { id, name = "before", filler }) });

        // The first rows are on their way, the last are not read yet: the transaction in between is half in the rows and half in the log.
        var begun = _faults.Hold = new HeldReading("herd", frame => frame is ControlFrame.CopyStart);
        await source.CallAsync(new { operation = "cluster_set_routes", routes = new[] { "127.0.0.3" } });
        var node = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.0.3") { Network = _network, Faults = _faults }.With("127.0.0.2"));
        _nodes.Add(node);
        await Wait.UntilAsync(() => begun.IsReached, "the copy begins", 60);
        await source.CallAsync(new { operation = "update", database = "herd", table = "cow", records = new[] { 0, Rows - 1 }.Select(id => new { id, name = "after" }) });
        var ended = _faults.Hold = new HeldReading("herd", frame => frame is ControlFrame.CopyComplete);
        begun.Release();
        await Wait.UntilAsync(() => ended.IsReached && Name(node, Rows - 1) == "after" && StateOf(node) == "catching up", "all rows are here", 60);
        Assert.Equal("before", Name(node, 0));
        Assert.Equal("Copying", (await SocketAsync(node)).GetProperty("lastReceivedRemoteTime").GetString());

        // It is stopped, and finds nobody when it starts again.
        _faults.Unreachable = true;
        await node.Faulty!.CutAllAsync();
        ended.Release();
        await node.DisposeAsync();
        node = _nodes[1] = await node.StartAgainAsync();
        Assert.Equal(("catching up", "before"), (StateOf(node), Name(node, 0)));
        var copying = (await StatusAsync(node)).GetProperty("copying")[0];
        Assert.Equal(("herd", "127.0.0.2"), (copying.GetProperty("database").GetString(), copying.GetProperty("from").GetString()));

        _faults.Hold = null;
        _faults.Unreachable = false;
        await Wait.UntilAsync(() => StateOf(node) is null, "the rest has come");
        Assert.Equal("after", Name(node, 0));
        await Wait.UntilAsync(async () => !(await StatusAsync(node)).TryGetProperty("copying", out _), "nothing is called a copy any more");
        Assert.NotEqual("Copying", (await SocketAsync(node)).TryGetProperty("lastReceivedRemoteTime", out var time) ? time.GetString() : null);
    }

    private static string? StateOf(ClusterNode node) => node.Databases.Find(Herd)?.Engine.Positions switch
    {
        null => "not there",
        { Copy: not null } => "copying rows",
        { Rest: not null } => "catching up",
        { HasHistory: false } => "not copied",
        _ => null,
    };

    private static string? Name(ClusterNode node, int id)
    {
        using var view = node.Databases.Find(Herd)!.OpenView();
        return view.Catalog.Find(Cows) is { } table && view.TryRead(table, KeyCodec.FromNumber(id), out var found)
            ? Records.Text(found.Record).Split(' ').Single(part => part.StartsWith("name=", StringComparison.Ordinal))[5..] : null;
    }

    private static Task<JsonElement> StatusAsync(ClusterNode node) => node.CallAsync(new { operation = "cluster_status" });

    private static async Task<JsonElement> SocketAsync(ClusterNode node) => (await StatusAsync(node)).GetProperty("connections")[0].GetProperty("database_sockets")
        .EnumerateArray().Single(socket => socket.GetProperty("database").GetString() == "herd");
}
