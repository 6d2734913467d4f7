using Harper.Actors.Transport;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Schema;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-SEL-01, 03, 06, 07, 08, R-P2P-08, 11, 15, 20 and R-GOS-06 between whole nodes over a network in memory: which tables leave their node, and that what
/// comes by several ways comes once.
/// </summary>
public sealed class SelectionSpecs : ClusterSpecBase
{
    private static readonly DatabaseName Other = new("other");

    [Fact]
    public async Task Tables_should_leave_their_node_as_they_are_declared_and_not_be_filled_in_later()
    {
        var (a, b) = (await StartAsync("127.0.0.2", "127.0.0.3"), await StartAsync("127.0.0.3"));
        await DeclareAsync(a, DatabaseName.Data, "kept", replicate: false);
        foreach (var node in Nodes) await DeclareAsync(node, Other, "shared", replicate: true);
        await DeclareAsync(a, Other, "unlisted", replicate: null);
        await a.WriteAsync("data", "kept", 1);
        await a.WriteAsync("other", "shared", 1);
        await a.WriteAsync("other", "unlisted", 1);
        await a.WriteAsync("data", "dog", 1);
        await b.CallAsync(new { operation = "cluster_set_routes", routes = new[] { "127.0.0.2" } });

        // The first copy leaves out what the stream does, and takes a table that opts in although its database is not listed.
        await Wait.UntilAsync(() => b.Has("data", "dog", 1) && b.Has("other", "shared", 1), "what replicates is copied");
        await a.WriteAsync("data", "kept", 2);
        await a.WriteAsync("data", "dog", 2);
        await Wait.UntilAsync(() => b.Has("data", "dog", 2), "and streamed");
        Assert.Null(b.Databases.Find(DatabaseName.Data)!.Engine.Catalog.Find(new TableName("kept")));
        Assert.Null(b.Databases.Find(Other)!.Engine.Catalog.Find(new TableName("unlisted")));

        // A table of its own on the receiving side stays its own too.
        await DeclareAsync(b, DatabaseName.Data, "mine", replicate: false);
        await a.WriteAsync("data", "mine", 1);
        await DeclareAsync(a, DatabaseName.Data, "kept", replicate: true);
        await a.WriteAsync("data", "kept", 3);
        await Wait.UntilAsync(() => b.Has("data", "kept", 3), "from now on it flows");
        Assert.False(b.Has("data", "kept", 1));
        Assert.False(b.Has("data", "kept", 2));
        Assert.False(b.Has("data", "mine", 1));
        // Nor is it missed: nobody copies it.
        Assert.Empty(b.Databases.Find(DatabaseName.Data)!.Engine.Positions.Covers);
    }

    [Fact]
    public async Task A_declaration_should_travel_with_its_table_and_a_record_with_its_changes()
    {
        var (a, b) = (await StartAsync("127.0.0.2", all: true), await StartAsync("127.0.0.3", all: true));
        await b.CallAsync(new { operation = "add_node", hostname = a.Name, authorization = Credentials });
        var spec = new TableSpec(new TableName("cat"), "id", [new AttributeDefinition(0, "name", "String", Indexed: true, Nullable: false)])
        {
            SchemaDefined = true, ExpirationSeconds = 3600,
        };
        await CommitAsync(a, DatabaseName.Data, spec);
        await Wait.UntilAsync(() => Find(b)?.ExpirationSeconds == 3600, "the table is there with its options");
        Assert.True(Find(b)!.Find("name") is { Indexed: true, Nullable: false });
        var status = await b.CallAsync(new { operation = "cluster_status" });
        var sockets = status.GetProperty("connections").EnumerateArray().Single().GetProperty("database_sockets").EnumerateArray();
        Assert.Equal(["data", "system"], sockets.Select(socket => socket.GetProperty("database").GetString()).Order());

        await a.CallAsync(new { operation = "update_node", hostname = b.Name, shard = 7 });
        await Wait.UntilAsync(() => b.Records.Find(new NodeName(b.Name))?.Shard == 7, "a change of a record gossips");

        static TableDefinition? Find(ClusterNode node) => node.Databases.Find(DatabaseName.Data)?.Engine.Catalog.Find(new TableName("cat"));
    }

    [Fact]
    public async Task What_comes_by_several_ways_should_be_logged_once_on_every_node()
    {
        var a = await StartAsync("127.0.0.2", "127.0.0.3", "127.0.0.4");
        var b = await StartAsync("127.0.0.3", "127.0.0.4", "127.0.0.2");
        var c = await StartAsync("127.0.0.4", "127.0.0.2", "127.0.0.3");
        for (var id = 1; id <= 30; id++) await Nodes[id % 3].WriteAsync("data", "dog", id);
        await Wait.UntilAsync(() => Nodes.All(node => Enumerable.Range(1, 30).All(id => node.Has("data", "dog", id))), "everything is everywhere");
        await a.WriteAsync("data", "dog", 31);
        await Wait.UntilAsync(() => b.Has("data", "dog", 31) && c.Has("data", "dog", 31), "the last too");
        foreach (var node in Nodes)
        {
            var changes = node.Databases.Find(DatabaseName.Data)!.ReadLog(0, int.MaxValue).Transactions.SelectMany(entry => entry.Changes.Select(change => change.Change.Key));
            Assert.All(changes.GroupBy(key => key), writes => Assert.Single(writes));
        }
    }

    private static Task DeclareAsync(ClusterNode node, DatabaseName database, string table, bool? replicate) => CommitAsync(
        node, database, new TableSpec(new TableName(table), "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]) { Replicate = replicate });

    private static async Task CommitAsync(ClusterNode node, DatabaseName database, TableSpec spec)
    {
        var (handle, _) = await node.Databases.CreateAsync(database);
        Assert.IsNotType<CommitResult.Rejected>(await handle.CommitAsync(new CommitRequest.Schema([new SchemaEdit.EnsureTable(spec, Declared: true)])));
    }

    private Task<ClusterNode> StartAsync(string name, params string[] routes) => StartAsync(name, all: false, routes);

    private Task<ClusterNode> StartAsync(string name, bool all, params string[] routes) =>
        StartAsync(new ClusterNodeOptions(name) { Network = Network, Databases = all ? null : ["data"] }.With(routes));
}
