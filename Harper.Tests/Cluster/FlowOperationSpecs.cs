using System.Text.Json;
using Harper.Core.Identity;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-SUB-01..10, R-CLU-07, R-FLO-09, 10, 12, 13 and rule 20 between whole nodes over a network in memory: what operations open and close, at once and over a restart.
/// </summary>
public sealed class FlowOperationSpecs : ClusterSpecBase
{
    [Fact]
    public async Task Explicit_subscriptions_should_carry_their_table_in_their_directions_and_nothing_else()
    {
        var (local, remote) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.3"));
        // The table and even its database come later (R-SUB-10).
        await SubscribeAsync(local, "add_node", publish: true, subscribe: false);
        Assert.Contains(
            local.Log.Lines, line => line.Contains("deprecated", StringComparison.Ordinal) && line.Contains("For one direction in production use sends and receives", StringComparison.Ordinal));
        Assert.Equal("""[{"database":"dev","table":"my-table","publish":false,"subscribe":true}]""", await ListAsync(remote, local));
        Assert.Equal("""[{"database":"dev","table":"my-table","publish":true,"subscribe":false}]""", await ListAsync(local, remote));

        await local.WriteAsync("dev", "my-table", 1);
        await local.WriteAsync("dev", "other", 1);
        await local.WriteAsync("data", "dog", 1);
        await Wait.UntilAsync(() => remote.Has("dev", "my-table", 1), "the published row arrives");
        await remote.WriteAsync("dev", "my-table", 100);
        await local.WriteAsync("dev", "my-table", 2);
        await Wait.UntilAsync(() => remote.Has("dev", "my-table", 2), "the next one too");
        Assert.False(remote.Has("dev", "other", 1));
        Assert.False(remote.Has("data", "dog", 1));
        Assert.False(local.Has("dev", "my-table", 100));

        await SubscribeAsync(local, "update_node", publish: true, subscribe: true);
        await Wait.UntilAsync(() => local.Has("dev", "my-table", 100), "the other direction is open, for what was written before too");
        Assert.False(remote.Has("dev", "other", 1));

        // Back to everything: what was left out is copied, not only what is written from now on (rule 20).
        await local.CallAsync(new { operation = "add_node", hostname = remote.Name });
        await Wait.UntilAsync(() => remote.Has("dev", "other", 1) && remote.Has("data", "dog", 1), "everything flows");
        Assert.Equal("null", await ListAsync(remote, local));
    }

    [Fact]
    public async Task A_list_with_one_node_should_say_nothing_to_a_third()
    {
        var (a, b, c) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.3"), await StartAsync("127.0.0.4"));
        await SubscribeAsync(a, "add_node", publish: true, subscribe: false);
        await c.CallAsync(new { operation = "add_node", hostname = a.Name, authorization = Credentials });
        await c.CallAsync(new { operation = "add_node", hostname = b.Name, authorization = Credentials });
        await Wait.UntilAsync(() => b.Members.Length == 3 && a.Members.Length == 3, "the records meet");
        await c.WriteAsync("data", "cat", 1);
        await b.WriteAsync("data", "dog", 2);
        await Wait.UntilAsync(() => b.Has("data", "cat", 1) && c.Has("data", "dog", 2), "the third exchanges everything with both");
        Assert.Equal([b.Name], Terms(a));
        Assert.Empty(Terms(c));
    }

    [Fact]
    public async Task Directions_of_an_operation_should_hold_over_a_restart_and_what_was_held_back_should_be_copied_when_they_open()
    {
        var (a, b) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.3"));
        await a.WriteAsync("data", "dog", 1);
        await a.CallAsync(new
        {
            operation = "add_node", hostname = b.Name, authorization = Credentials,
            sendsTo = new object[] { new { database = "data", excludeTables = new[] { "cat" } }, new { database = "system" } },
            receivesFrom = new object[] { new { database = "data" }, new { database = "system" } },
        });
        Assert.Contains(a.Log.Lines, line => line.Contains("'system' should not be replicated", StringComparison.Ordinal));
        await a.WriteAsync("data", "cat", 1);
        await a.WriteAsync("data", "dog", 2);
        await b.WriteAsync("data", "cat", 5);
        await Wait.UntilAsync(() => b.Has("data", "dog", 1) && b.Has("data", "dog", 2), "the others flow");
        await Wait.UntilAsync(() => a.Has("data", "cat", 5), "and the other way all of them");
        Assert.False(b.Has("data", "cat", 1));

        a = await RestartAsync(a);
        await a.WriteAsync("data", "cat", 2);
        await a.WriteAsync("data", "dog", 3);
        await Wait.UntilAsync(() => b.Has("data", "dog", 3), "it goes on");
        Assert.False(b.Has("data", "cat", 2));

        await a.CallAsync(new { operation = "add_node", hostname = b.Name });
        await Wait.UntilAsync(() => b.Has("data", "cat", 1) && b.Has("data", "cat", 2), "what was held back is copied");
        await Wait.UntilAsync(() => a.Databases.Find(DatabaseName.Data)!.Engine.Positions.Given.IsEmpty, "and that is known");
    }

    [Theory]
    [InlineData("sendsTo")]
    [InlineData("receivesFrom")]
    public async Task A_direction_that_gains_a_table_should_copy_that_table_and_nothing_else(string direction)
    {
        var (a, b) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.3"));
        await a.WriteAsync("data", "dog", 1);
        await a.WriteAsync("data", "cat", 1);
        await a.CallAsync(new { operation = "insert", database = "data", table = "dog", records = new[] { new { id = 2, text = new string('x', 500_000) } } });
        var narrow = new object[] { new { database = "data", excludeTables = new[] { "cat" } }, new { database = "system" } };
        var wide = new object[] { new { database = "data" }, new { database = "system" } };
        var (owner, other) = direction == "sendsTo" ? (a, b) : (b, a);
        await owner.CallAsync(new
        {
            operation = "add_node", hostname = other.Name, authorization = Credentials,
            sendsTo = direction == "sendsTo" ? narrow : wide, receivesFrom = direction == "sendsTo" ? wide : narrow,
        });
        await Wait.UntilAsync(() => b.Has("data", "dog", 2), "the others flow");
        await a.WriteAsync("data", "cat", 2);
        await a.WriteAsync("data", "dog", 3);
        await Wait.UntilAsync(() => b.Has("data", "dog", 3), "on and on");
        Assert.False(b.Has("data", "cat", 1));
        await Wait.UntilAsync(async () => await CopiedAsync(b) > 500_000, "status tells of the first copy");
        var before = await CopiedAsync(b);

        await owner.CallAsync(new { operation = "add_node", hostname = other.Name });
        await a.WriteAsync("data", "dog", 4);
        await Wait.UntilAsync(() => b.Has("data", "cat", 1) && b.Has("data", "cat", 2) && b.Has("data", "dog", 4), "what was held back is there, and what was written meanwhile");
        await a.WriteAsync("data", "cat", 3);
        await Wait.UntilAsync(() => b.Has("data", "cat", 3), "it flows from now on");
        await Wait.UntilAsync(async () => await CopiedAsync(b) > before, "status tells of the second");
        Assert.InRange(await CopiedAsync(b) - before, 1, 100_000);

        // Positions still mean what they say.
        b = await RestartAsync(b);
        await a.WriteAsync("data", "dog", 5);
        await Wait.UntilAsync(() => b.Has("data", "dog", 5), "it goes on from there");
        Assert.Equal(0, await CopiedAsync(b));
    }

    private static async Task<long> CopiedAsync(ClusterNode node)
    {
        var status = await node.CallAsync(new { operation = "cluster_status" });
        return status.GetProperty("connections").EnumerateArray().SelectMany(connection => connection.GetProperty("database_sockets").EnumerateArray())
            .Where(socket => socket.GetProperty("database").GetString() == "data")
            .Sum(socket => socket.TryGetProperty("copiedBytesReceived", out var bytes) ? bytes.GetInt64() : 0);
    }

    private static Task SubscribeAsync(ClusterNode node, string operation, bool publish, bool subscribe) => node.CallAsync(new
    {
        operation, hostname = "127.0.0.3", authorization = Credentials,
        subscriptions = new[] { new { database = "dev", table = "my-table", publish, subscribe } },
    });

    private static string[] Terms(ClusterNode node) =>
        [.. node.Records.Find(new NodeName(node.Name))!.Terms.Select(terms => terms.Peer.Value)];

    private static async Task<string> ListAsync(ClusterNode node, ClusterNode peer)
    {
        var rows = await node.CallAsync(new
        {
            operation = "search_by_value", database = "system", table = "hdb_nodes", attribute = "name", value = peer.Name, get_attributes = new[] { "*" },
        });
        return rows.EnumerateArray().Single().GetProperty("subscriptions").GetRawText();
    }

    private Task<ClusterNode> StartAsync(string name) =>
        StartAsync(new ClusterNodeOptions(name) { Network = Network });
}
