using System.Text.Json;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-GOS-01..08, R-P2P-01..03, 09, 10, 13, 14, 18, R-CLU-15, 18, R-IP-02, 04, R-MON-01..08, 10, 11, R-NRP-09, R-MGT-05 between whole nodes over
/// real WebSockets on loopback addresses, each node with its own tree and engine.
/// </summary>
public sealed class MembershipClusterSpecs : ClusterSpecBase
{
    private static int _subnet;

    private readonly string _prefix = $"127.0.{200 + Interlocked.Increment(ref _subnet)}";

    [Fact]
    public async Task Three_nodes_with_one_introduction_each_should_become_one_database()
    {
        var (a, b, c) = (await StartAsync(1), await StartAsync(2), await StartAsync(3));
        await b.CallAsync(new { operation = "add_node", url = a.Url, authorization = Credentials });
        await a.InsertAsync("dog", 1, "before the third");
        // The third knows the second only.
        await c.CallAsync(new { operation = "add_node", hostname = b.Name, authorization = Credentials });
        await MeshAsync(a, b, c);
        foreach (var node in Nodes) Assert.Equal([a.Name, b.Name, c.Name], node.Members);
        await Wait.UntilAsync(() => b.Has("dog", 1) && c.Has("dog", 1), "what was there before arrives");

        await c.InsertAsync("dog", 3, "from the third");
        await b.InsertAsync("dog", 2, "from the second");
        await Wait.UntilAsync(() => Nodes.All(node => node.Has("dog", 1) && node.Has("dog", 2) && node.Has("dog", 3)), "all writes are everywhere");

        // Links are direct: with the first one down the others go on.
        await a.DisposeAsync();
        await c.InsertAsync("dog", 4, "while the first is down");
        await Wait.UntilAsync(() => b.Has("dog", 4), "the write crosses directly");
        await b.InsertAsync("dog", 5, "and back");
        await Wait.UntilAsync(() => c.Has("dog", 5), "and the other way");

        var again = await a.StartAgainAsync();
        Nodes[0] = again;
        await Wait.UntilAsync(() => again.Has("dog", 4) && again.Has("dog", 5), "the first catches up");
    }

    [Fact]
    public async Task Routes_to_one_member_should_be_enough_to_meet_all()
    {
        var a = await StartAsync(1, $"{_prefix}.2", $"{_prefix}.3", $"{_prefix}.1");
        var b = await StartAsync(2, $"{_prefix}.1");
        var c = await StartAsync(3, $"{_prefix}.1");
        await MeshAsync(a, b, c);
        await b.InsertAsync("dog", 2, "b");
        await Wait.UntilAsync(() => a.Has("dog", 2) && c.Has("dog", 2), "writes are everywhere");
    }

    [Fact]
    public async Task A_removed_node_should_be_cut_off_everywhere_and_flow_again_after_it_rejoined()
    {
        var (a, b, c) = (await StartAsync(1), await StartAsync(2), await StartAsync(3));
        await b.CallAsync(new { operation = "add_node", url = a.Url, authorization = Credentials });
        await c.CallAsync(new { operation = "add_node", url = a.Url, authorization = Credentials });
        await a.InsertAsync("dog", 1, "a");
        await MeshAsync(a, b, c);

        await a.CallAsync(new { operation = "remove_node", hostname = c.Name });
        await Wait.UntilAsync(() => a.Members.Length == 2 && b.Members.Length == 2, "the deletion gossips");
        await Wait.UntilAsync(() => c.Board.All.IsEmpty && a.Connected is [var ofA] && ofA == b.Name && b.Board.All.Length == 1, "nobody is connected to it");
        await Wait.UntilAsync(() => !Confirmed(a, c) && !Confirmed(b, c), "what it confirmed is forgotten (rule 25)");
        await c.InsertAsync("dog", 30, "alone");
        await a.InsertAsync("dog", 10, "without it");
        await Wait.UntilAsync(() => b.Has("dog", 10), "the others go on");
        Assert.False(c.Has("dog", 10));
        Assert.False(a.Has("dog", 30));
        var status = await c.CallAsync(new { operation = "cluster_status" });
        Assert.False(status.GetProperty("is_enabled").GetBoolean());
        Assert.Empty(status.GetProperty("connections").EnumerateArray());

        // The deletion outlives restarts, and a stale copy does not bring the row back (R-GOS-07).
        await b.DisposeAsync();
        b = Nodes[1] = await b.StartAgainAsync();
        await MeshAsync(a, b);
        Assert.Equal([a.Name, b.Name], b.Members);

        await c.CallAsync(new { operation = "add_node", url = b.Url, authorization = Credentials });
        await MeshAsync(a, b, c);
        await Wait.UntilAsync(() => c.Has("dog", 1) && c.Has("dog", 10), "it is copied from the others");

        // What it wrote while it was out is in the files that were set aside, and nowhere else (rule 25).
        Assert.False(a.Has("dog", 30) || b.Has("dog", 30) || c.Has("dog", 30));
        await c.InsertAsync("dog", 31, "a member again");
        await Wait.UntilAsync(() => a.Has("dog", 31) && b.Has("dog", 31), "it flows again without a restart");
        status = await c.CallAsync(new { operation = "cluster_status" });
        Assert.Contains("/databases/data+set-aside-", Assert.Single(status.GetProperty("set_aside").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    /// <summary>Rule 25.</summary>
    [Theory]
    [InlineData("a member")]
    [InlineData("itself")]
    [InlineData("a route of a member")]
    public async Task A_node_that_was_removed_while_it_was_away_should_bring_nothing_back_whoever_adds_it_again(string by)
    {
        var (a, c) = (await StartAsync(1), await StartAsync(2));
        await c.CallAsync(new { operation = "add_node", url = a.Url, authorization = Credentials });
        await a.InsertAsync("dog", 1, "stays");
        await a.InsertAsync("dog", 2, "goes");
        await Wait.UntilAsync(() => c.Has("dog", 2), "both have it");
        await c.CallAsync(new { operation = "create_table", database = "data", table = "local", primary_key = "id", replicate = false });
        await c.CallAsync(new { operation = "insert", database = "data", table = "local", records = new[] { new { id = 7 } } });
        await c.DisposeAsync();

        await a.CallAsync(new { operation = "remove_node", hostname = c.Name });
        await a.CallAsync(new { operation = "delete", database = "data", table = "dog", ids = new[] { 2 } });
        Assert.IsType<CommitResult.Maintained>(await a.Databases.Find(DatabaseName.Data)!.CommitAsync(new CommitRequest.Settle(double.MaxValue)));
        c = Nodes[1] = await c.StartAgainAsync();
        Assert.True(c.Has("dog", 2));
        await Wait.UntilAsync(() => c.Members.Length == 2, "it does not know");

        var (caller, target) = by == "itself" ? (c, a) : (a, c);
        if (by.StartsWith("a route", StringComparison.Ordinal))
        {
            var set = await a.CallAsync(new { operation = "cluster_set_routes", routes = new[] { c.Name } });
            Assert.False(set.TryGetProperty("warnings", out _), set.GetRawText());
        }
        else await caller.CallAsync(new { operation = "add_node", url = target.Url, authorization = Credentials });
        await MeshAsync(a, c);
        await Wait.UntilAsync(() => c.Has("dog", 1), "it is copied");
        Assert.False(a.Has("dog", 2) || c.Has("dog", 2));
        Assert.True(c.Has("local", 7), "what never leaves the node stays on it");
        Assert.Single(c.Databases.Aside);
        Assert.Empty(a.Databases.Aside);
    }

    [Fact]
    public async Task Without_system_a_star_should_stay_a_star_and_writes_should_hop()
    {
        string[] data = ["data"];
        var a = await StartAsync(1, data, $"{_prefix}.2", $"{_prefix}.3");
        var b = await StartAsync(2, data, $"{_prefix}.1");
        var c = await StartAsync(3, data, $"{_prefix}.1");
        await Wait.UntilAsync(() => a.Connected.Length == 2 && b.Connected is [_] && c.Connected is [_], "the star stands");
        await b.InsertAsync("dog", 2, "b");
        await Wait.UntilAsync(() => a.Has("dog", 2), "the centre has it");
        await Wait.UntilAsync(() => c.Has("dog", 2), "and passes it on");
        Assert.Equal([b.Name], b.Members);
        Assert.Null(b.Board.Find(new(c.Name)));
        Assert.Null(c.Board.Find(new(b.Name)));
    }

    [Fact]
    public async Task A_database_that_one_side_does_not_list_should_stay_there_and_the_others_should_flow()
    {
        var a = await StartAsync(1, $"{_prefix}.2");
        var b = await StartAsync(2, ["data"], $"{_prefix}.1");
        await a.CallAsync(new { operation = "create_table", database = "private", table = "cat", primary_key = "id" });
        await a.CallAsync(new { operation = "insert", database = "private", table = "cat", records = new[] { new { id = 1 } } });
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => b.Has("dog", 1), "the listed database flows");
        Assert.Null(b.Databases.Find(new("private")));
        Assert.Equal([b.Name], b.Members);
    }

    [Fact]
    public async Task Status_should_tell_how_far_behind_a_peer_is_and_remember_over_a_restart()
    {
        var (a, b) = (await StartAsync(1, $"{_prefix}.2"), await StartAsync(2, $"{_prefix}.1"));
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => b.Has("dog", 1), "it arrives");
        // Confirmed, so that what it lacks later is known.
        await Wait.UntilAsync(
            async () => await SocketOfAsync(a) is { } socket && socket.TryGetProperty("lastCommitConfirmed", out _) && Figure(socket, "lagMs") == 0
                && await SocketAsync(b, "lastReceivedVersion", at => at > 0), "nothing waits");
        var before = Figure((await SocketOfAsync(b))!.Value, "lastReceivedVersion");

        await b.DisposeAsync();
        await Wait.UntilAsync(() => a.Connected.Length == 0, "the loss is seen");
        for (var id = 2; id < 12; id++) await a.InsertAsync("dog", id, "while b is away");
        await Wait.UntilAsync(async () => await SocketOfAsync(a) is { } socket
            && Figure(socket, "lagMs") > 0 && Figure(socket, "pendingTransactions") is >= 1 and <= 12 && Figure(socket, "pendingBytes") > 0, "the figures grow");
        var lost = (await SocketOfAsync(a))!.Value;
        Assert.NotEmpty(lost.GetProperty("disconnectedSince").GetString()!);
        Assert.False(lost.GetProperty("connected").GetBoolean());

        await a.DisposeAsync();
        var alone = await b.StartAgainAsync();
        Nodes.Add(alone);
        await Wait.UntilAsync(() => SocketAsync(alone, "lastReceivedVersion", at => at >= before), "it remembers");
        var returned = await a.StartAgainAsync();
        Nodes.Add(returned);
        await Wait.UntilAsync(() => alone.Has("dog", 11), "it catches up");
        await Wait.UntilAsync(async () => await SocketOfAsync(returned) is { } socket && Figure(socket, "lagMs") == 0 && Figure(socket, "pendingTransactions") == 0
            && !socket.TryGetProperty("disconnectedSince", out _), "nothing waits any more");
    }

    [Fact]
    public async Task A_replicated_operation_should_answer_for_every_node_also_for_one_that_is_down()
    {
        var (a, b, c) = (await StartAsync(1), await StartAsync(2), await StartAsync(3));
        await b.CallAsync(new { operation = "add_node", url = a.Url, authorization = Credentials });
        await c.CallAsync(new { operation = "add_node", url = a.Url, authorization = Credentials });
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => b.Has("dog", 1) && c.Has("dog", 1), "the table is everywhere");
        await c.DisposeAsync();
        var answer = await a.CallAsync(new { operation = "drop_table", database = "data", table = "dog", replicated = true });
        var results = answer.GetProperty("replicated").EnumerateArray().ToDictionary(result => result.GetProperty("node").GetString()!);
        Assert.Contains("successfully deleted", results[b.Name].GetProperty("message").GetString());
        Assert.Equal("failed", results[c.Name].GetProperty("status").GetString());
        Assert.NotEmpty(results[c.Name].GetProperty("reason").GetString()!);
        Assert.Null(b.Databases.Find(new("data"))!.Engine.Catalog.Find(new("dog")));
    }

    /// <summary>Rule 18, R-P2P-17, W 10.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_cannot_be_reached_should_be_heard_of_through_another_unless_fail_over_is_off(bool failOver)
    {
        // Nobody listens on port 1: the two know of each other, and each reaches the third only.
        var (a, b, c) = ($"{_prefix}.1", $"{_prefix}.2", $"{_prefix}.3");
        var first = await Start(a, $"ws://{b}:1", c);
        var second = await Start(b, $"ws://{a}:1", c);
        var third = await Start(c, a, b);
        await third.InsertAsync("dog", 1, "what the first copy brings");
        await Wait.UntilAsync(() => first.Has("dog", 1) && second.Has("dog", 1), "the third is with both");
        await first.InsertAsync("dog", 2, "from the first");
        await Wait.UntilAsync(() => third.Has("dog", 2), "the third has it");
        await third.InsertAsync("dog", 3, "after it");
        await Wait.UntilAsync(() => second.Has("dog", 3), "the third goes on");
        if (failOver) await Wait.UntilAsync(() => second.Has("dog", 2), "the second hears of the first through the third");
        else Assert.False(second.Has("dog", 2));

        async Task<ClusterNode> Start(string name, params string[] routes)
        {
            var node = await ClusterNode.StartAsync(new ClusterNodeOptions(name) { FailOver = failOver }.With(routes));
            Nodes.Add(node);
            return node;
        }
    }

    /// <summary>Rule 9, R-NRP-05.</summary>
    [Fact]
    public async Task A_node_that_dropped_a_table_should_still_pass_on_what_others_write_to_it()
    {
        var (a, b, c) = ($"{_prefix}.1", $"{_prefix}.2", $"{_prefix}.3");
        Nodes.Add(await ClusterNode.StartAsync(new ClusterNodeOptions(a).With($"ws://{b}:1", c)));
        Nodes.Add(await ClusterNode.StartAsync(new ClusterNodeOptions(b).With($"ws://{a}:1", c)));
        Nodes.Add(await ClusterNode.StartAsync(new ClusterNodeOptions(c).With(a, b)));
        await Nodes[2].InsertAsync("dog", 1, "before the drop");
        await Wait.UntilAsync(() => Nodes[0].Has("dog", 1) && Nodes[1].Has("dog", 1), "the row is everywhere");
        await Nodes[2].CallAsync(new { operation = "drop_table", database = "data", table = "dog" });

        await Nodes[0].InsertAsync("dog", 2, "it goes through the one that has no such table");
        await Wait.UntilAsync(() => Nodes[1].Has("dog", 2), "the row comes through");
        Assert.Null(Nodes[2].Databases.Find(DatabaseName.Data)!.Engine.Catalog.Find(new TableName("dog")));
    }

    /// <summary>What a node says of the only peer that it has; null before it says anything.</summary>
    private static async Task<JsonElement?> SocketOfAsync(ClusterNode node)
    {
        var status = await node.CallAsync(new { operation = "cluster_status" });
        return status.GetProperty("connections").EnumerateArray().SelectMany(connection => connection.GetProperty("database_sockets").EnumerateArray())
            .Where(socket => socket.GetProperty("database").GetString() == "data").Select(socket => (JsonElement?)socket).FirstOrDefault();
    }

    private static async Task<bool> SocketAsync(ClusterNode node, string field, Predicate<double?> wanted) => await SocketOfAsync(node) is { } socket && wanted(Figure(socket, field));

    private static double? Figure(JsonElement socket, string field) =>
        socket.GetProperty(field) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    private static bool Confirmed(ClusterNode node, ClusterNode peer) => node.Databases.All
        .Any(database => database.Engine.Positions.Confirmed.ContainsKey(new NodeName(peer.Name)));

    private static Task MeshAsync(params ClusterNode[] nodes) => Wait.UntilAsync(
        () => nodes.All(node => node.Connected.Length == nodes.Length - 1), "every node is connected to every other");

    private Task<ClusterNode> StartAsync(int number, params string[] routes) => StartAsync(number, null, routes);

    private Task<ClusterNode> StartAsync(int number, string[]? databases, params string[] routes) =>
        StartAsync(new ClusterNodeOptions($"{_prefix}.{number}") { Databases = databases }.With(routes));
}
