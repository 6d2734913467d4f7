using System.Text.Json;
using Harper.Actors.Transport;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>
/// Proves R-CLU-01..18, 26, 27, R-XGN-06..09, R-P2P-10, 12, R-IP-03, R-SEC-09, 10, D24..D26, D36, D37 over a network in memory, with connections
/// that carry no data: what nodes know of each other, whom they dial and whom they close.
/// </summary>
public sealed class IntroductionSpecs : IAsyncLifetime
{
    private static readonly object Credentials = new { username = ClusterNode.Administrator, password = ClusterNode.Password };

    private readonly InMemoryTransport _network = new();
    private readonly List<ClusterNode> _nodes = [];
    private ClusterNode _a = null!;
    private ClusterNode _b = null!;

    public async ValueTask InitializeAsync()
    {
        _a = await StartAsync("127.0.0.2");
        _b = await StartAsync("127.0.0.3");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task One_add_node_should_make_two_nodes_dial_each_other()
    {
        var answer = await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials });
        Assert.Equal("Successfully added 'ws://127.0.0.2:9933' to cluster", answer.GetProperty("message").GetString());
        Assert.Equal(["127.0.0.2", "127.0.0.3"], _a.Members);
        Assert.Equal(["127.0.0.2", "127.0.0.3"], _b.Members);
        await Wait.UntilAsync(() => _a.Connected is ["127.0.0.3"] && _b.Connected is ["127.0.0.2"], "both are connected");
        var status = await _b.CallAsync(new { operation = "cluster_status" });
        Assert.Equal("cluster-status", status.GetProperty("type").GetString());
        Assert.Equal("127.0.0.3", status.GetProperty("node_name").GetString());
        Assert.True(status.GetProperty("is_enabled").GetBoolean());
        Assert.Equal("ws://127.0.0.3:9933", status.GetProperty("url").GetString());
        var connection = Assert.Single(status.GetProperty("connections").EnumerateArray());
        Assert.Equal("127.0.0.2", connection.GetProperty("name").GetString());
        Assert.True(connection.GetProperty("replicates").GetBoolean());
        var socket = Assert.Single(connection.GetProperty("database_sockets").EnumerateArray());
        Assert.Equal("system", socket.GetProperty("database").GetString());
        Assert.True(socket.GetProperty("connected").GetBoolean());
        Assert.Equal(1, socket.GetProperty("threadId").GetInt32());
        Assert.Equal("Waiting", socket.GetProperty("lastReceivedStatus").GetString());
        // Again is fine, and says the same (D57); the record needs no credentials any more.
        Assert.Equal(answer.GetRawText(), (await _b.CallAsync(new { operation = "set_node", node_name = "127.0.0.2" })).GetRawText());
    }

    [Fact]
    public async Task Wrong_or_missing_credentials_should_fail_and_leave_nothing_behind()
    {
        object[] forms = [new { username = "admin", password = "wrong-secret" }, "Basic d3Jvbmc6d3Jvbmctc2VjcmV0", "Bearer a.b.wrong-secret", "a.b.wrong-secret"];
        foreach (var authorization in forms.Append(null))
        {
            var (status, body) = await _b.TryCallAsync(new { operation = "add_node", url = _a.Url, authorization });
            Assert.Equal(500, status);
            Assert.Equal("Error returned from ws://127.0.0.2:9933: Connection closed Unauthorized 1008: 'authorization' must hold the username and password of a super_user of that node", body.GetProperty("error").GetString());
        }
        Assert.Empty(_a.Members);
        Assert.Empty(_b.Members);
        await Wait.UntilAsync(() => _b.Board.All.IsEmpty, "no peer is left");
        await Wait.UntilAsync(() => _a.Log.Lines.Any(line => line.Contains("127.0.0.3") && line.Contains("refused")), "the refusal is logged");
        Assert.DoesNotContain(_a.Log.Lines.Concat(_b.Log.Lines), line => line.Contains("wrong-secret") || line.Contains("d3Jvbmc"));
    }

    [Fact]
    public async Task The_credentials_of_a_call_should_be_nowhere_afterwards()
    {
        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials });
        foreach (var node in _nodes)
        {
            var rows = await node.CallAsync(new { operation = "search_by_value", database = "system", table = "hdb_nodes", attribute = "name", value = "*" });
            Assert.DoesNotContain(ClusterNode.Password, rows.GetRawText());
            Assert.DoesNotContain("authorization", rows.GetRawText());
            Assert.DoesNotContain(node.Log.Lines, line => line.Contains(ClusterNode.Password) || line.Contains("Basic "));
        }
    }

    [Theory]
    [InlineData("""{"operation":"add_node"}""", "url or hostname is required for add_node operation")]
    [InlineData("""{"operation":"add_node","hostname":"127.0.0.3"}""", "127.0.0.3 is this node")]
    [InlineData("""{"operation":"add_node","url":"ws://127.0.0.2:9933","start_time":"yesterday"}""", "start_time must be an ISO 8601")]
    [InlineData("""{"operation":"add_node","url":"ws://127.0.0.2:9933","authorization":17}""", "'authorization' must be")]
    [InlineData("""{"operation":"update_node","hostname":"undefined"}""", "'hostname' is not valid")]
    [InlineData("""{"operation":"remove_node"}""", "url or hostname is required for remove_node operation")]
    [InlineData("""{"operation":"remove_node","hostname":"127.0.0.77"}""", "127.0.0.77 does not exist")]
    [InlineData("""{"operation":"configure_cluster"}""", "'connections' is required")]
    [InlineData("""{"operation":"cluster_set_routes"}""", "'routes' is required")]
    [InlineData("""{"operation":"cluster_network"}""", "Operation 'cluster_network' not found")]
    public async Task What_cannot_be_meant_should_be_refused_before_anything_happens(string call, string text)
    {
        var (status, body) = await _b.TryCallAsync(call);
        Assert.Equal(400, status);
        Assert.Contains(text, body.GetProperty("error").GetString());
        Assert.Empty(_b.Members);
    }

    [Fact]
    public async Task A_node_that_nobody_answers_for_should_not_be_stored()
    {
        var (status, body) = await _b.TryCallAsync(new { operation = "add_node", hostname = "127.0.0.77", authorization = Credentials });
        Assert.Equal(500, status);
        Assert.StartsWith("Error returned from ws://127.0.0.77:9933: ", body.GetProperty("error").GetString());
        Assert.Empty(_b.Members);
        await Wait.UntilAsync(() => _b.Board.All.IsEmpty, "no peer is left");
    }

    [Fact]
    public async Task A_removed_node_should_stop_dialling_say_so_and_be_able_to_come_back()
    {
        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials });
        await Wait.UntilAsync(() => _a.Connected.Length == 1 && _b.Connected.Length == 1, "both are connected");

        var answer = await _a.CallAsync(new { operation = "remove_node", hostname = "127.0.0.3" });
        Assert.Equal("Successfully removed '127.0.0.3' from cluster", answer.GetProperty("message").GetString());
        await Wait.UntilAsync(() => _a.Board.All.IsEmpty && _b.Board.All.IsEmpty, "no connection is left on either side");
        var status = await _b.CallAsync(new { operation = "cluster_status" });
        Assert.Empty(status.GetProperty("connections").EnumerateArray());
        Assert.False(status.GetProperty("is_enabled").GetBoolean());
        Assert.DoesNotContain("127.0.0.3", _a.Members);

        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials });
        await Wait.UntilAsync(() => _a.Connected is ["127.0.0.3"] && _b.Connected is ["127.0.0.2"], "both are connected again");
        Assert.True((await _b.CallAsync(new { operation = "cluster_status" })).GetProperty("is_enabled").GetBoolean());
    }

    [Fact]
    public async Task Removing_a_node_that_is_down_should_succeed_and_keep_it_out_when_it_returns()
    {
        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials });
        await Wait.UntilAsync(() => _a.Connected.Length == 1, "connected");
        await _b.DisposeAsync();
        await Wait.UntilAsync(() => _a.Connected.Length == 0, "the loss was seen");
        await _a.CallAsync(new { operation = "remove_node", hostname = "127.0.0.3" });
        Assert.Equal(["127.0.0.2"], _a.Members);

        var again = await _b.StartAgainAsync();
        _nodes.Add(again);
        await Wait.UntilAsync(() => again.Board.All.Any(peer => peer.Databases.Values.Any(database => database.LastError is { Code: "1008" })), "it is refused");
        Assert.Empty(_a.Board.All);
        var connection = Assert.Single((await again.CallAsync(new { operation = "cluster_status" })).GetProperty("connections").EnumerateArray());
        Assert.Contains("removed", connection.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_route_on_one_side_only_should_be_refused_and_both_sides_should_say_why()
    {
        var stranger = await StartAsync("127.0.0.9", "127.0.0.2");
        await Wait.UntilAsync(
            () => stranger.Board.All.Any(peer => peer.Databases.Values.Any(database => database.LastError is { Code: "1008" })), "the stranger is refused");
        var connection = Assert.Single((await stranger.CallAsync(new { operation = "cluster_status" })).GetProperty("connections").EnumerateArray());
        Assert.Equal("127.0.0.2", connection.GetProperty("name").GetString());
        Assert.Contains("no hdb_nodes entry for IP 127.0.0.9", connection.GetProperty("reason").GetString());
        var socket = connection.GetProperty("database_sockets").EnumerateArray().First();
        Assert.False(socket.GetProperty("connected").GetBoolean());
        Assert.Equal(1008, socket.GetProperty("lastConnectionError").GetProperty("code").GetInt32());
        Assert.True(socket.TryGetProperty("disconnectedSince", out _));
        await Wait.UntilAsync(() => _a.Log.Lines.Any(line => line.Contains("127.0.0.9") && line.Contains("add a route")), "the log says what to do");
        Assert.DoesNotContain("127.0.0.9", _a.Members);
    }

    [Fact]
    public async Task Routes_should_hold_at_once_and_be_shown_as_they_were_written()
    {
        await _a.CallAsync("""{"operation":"cluster_set_routes","routes":["127.0.0.3"]}""");
        var set = await _b.CallAsync("""{"operation":"cluster_set_routes","routes":["ws://127.0.0.2:9933",{"hostname":"127.0.0.9","port":9933},"127.0.0.2","127.0.0.3"]}""");
        Assert.Equal("""["ws://127.0.0.2:9933",{"hostname":"127.0.0.9","port":9933}]""", set.GetProperty("set").GetRawText());
        Assert.Equal("""["127.0.0.2","127.0.0.3"]""", set.GetProperty("skipped").GetRawText());
        Assert.Equal("cluster routes successfully set", set.GetProperty("message").GetString());
        Assert.Equal("""["ws://127.0.0.2:9933",{"hostname":"127.0.0.9","port":9933}]""", (await _b.CallAsync(new { operation = "cluster_get_routes" })).GetRawText());
        await Wait.UntilAsync(() => _a.Connected is ["127.0.0.3"] && _b.Connected is ["127.0.0.2"], "the routes connect");

        var deleted = await _b.CallAsync("""{"operation":"cluster_delete_routes","routes":["127.0.0.9",{"host":"127.0.0.8"}]}""");
        Assert.Equal("""["127.0.0.9"]""", deleted.GetProperty("deleted").GetRawText());
        Assert.Equal("""[{"host":"127.0.0.8"}]""", deleted.GetProperty("skipped").GetRawText());
        Assert.Equal("""["ws://127.0.0.2:9933"]""", (await _b.CallAsync(new { operation = "cluster_get_routes" })).GetRawText());
        await Wait.UntilAsync(() => _b.Board.Find(new("127.0.0.9")) is null, "the deleted route is not dialled any more");
    }

    /// <summary>R-REV-10.</summary>
    [Fact]
    public async Task Revoked_serials_should_be_taken_with_an_introduction_and_stand_on_the_record_of_the_node_that_they_are_of()
    {
        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials, revoked_certificates = new[] { "1769F7D6A" } });
        Assert.Equal("""["1769F7D6A"]""", (await RowAsync(_a.Name)).GetProperty("revoked_certificates").GetRawText());
        // Adding again adds to the list.
        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials, revoked_certificates = new[] { "2B", "01:76:9f:7d:6a" } });
        Assert.Equal("""["1769F7D6A","2B"]""", (await RowAsync(_a.Name)).GetProperty("revoked_certificates").GetRawText());
        Assert.False((await RowAsync(_b.Name)).TryGetProperty("revoked_certificates", out var own) && own.ValueKind == JsonValueKind.Array);
        var refused = await _b.TryCallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials, revoked_certificates = "2B" });
        Assert.Equal(400, refused.Status);

        async Task<JsonElement> RowAsync(string node) =>
            (await _b.CallAsync($$"""{"operation":"search_by_id","database":"system","table":"hdb_nodes","ids":["{{node}}"],"get_attributes":["*"]}"""))[0];
    }

    [Fact]
    public async Task A_revocation_should_be_taken_while_the_node_is_down_and_only_ever_add()
    {
        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials });
        await _a.DisposeAsync();
        Assert.Equal("Successfully updated 'ws://127.0.0.2:9933'",
            (await _b.CallAsync("""{"operation":"update_node","hostname":"127.0.0.2","revoked_certificates":["1769F7D6A"]}""")).GetProperty("message").GetString());
        await _b.CallAsync("""{"operation":"update_node","hostname":"127.0.0.2","revoked_certificates":["01:76:9f:7d:6a","2B"],"start_time":"2024-01-01T00:00:00Z"}""");
        var row = (await _b.CallAsync("""{"operation":"search_by_id","database":"system","table":"hdb_nodes","ids":["127.0.0.2"],"get_attributes":["*"]}"""))[0];
        Assert.Equal("""["1769F7D6A","2B"]""", row.GetProperty("revoked_certificates").GetRawText());
        Assert.Equal(1704067200000, row.GetProperty("start_time").GetDouble());
    }

    /// <summary>R-CLU-13, R-REV-10.</summary>
    [Theory]
    [InlineData("update_node")]
    [InlineData("add_node")]
    public async Task A_node_that_is_not_known_should_be_added_with_the_serial_numbers_that_are_revoked(string operation)
    {
        await _b.CallAsync(new { operation, url = _a.Url, authorization = Credentials, revoked_certificates = new[] { "01:76:9f:7d:6a" } });
        Assert.Equal(["127.0.0.2", "127.0.0.3"], _b.Members);
        Assert.Equal(["01:76:9f:7d:6a"], _b.Records.Find(new(_a.Name))!.RevokedCertificates);
        await Wait.UntilAsync(() => _a.Connected is ["127.0.0.3"] && _b.Connected is ["127.0.0.2"], "both are connected", 60);
    }

    [Fact]
    public async Task A_junk_record_should_be_shown_not_dialled_and_removable()
    {
        await _a.WriteNodeRecordAsync("""{"name":"undefined","url":"ws://undefined:9933","replicates":true}""");
        await Wait.UntilAsync(() => _a.Members.Contains("undefined"), "the record is there");
        await _a.CallAsync("""{"operation":"cluster_set_routes","routes":["127.0.0.3"]}""");
        var connections = (await _a.CallAsync(new { operation = "cluster_status" })).GetProperty("connections").EnumerateArray().ToList();
        var junk = Assert.Single(connections, connection => connection.GetProperty("name").GetString() == "undefined");
        Assert.NotEmpty(junk.GetProperty("reason").GetString()!);
        Assert.Empty(junk.GetProperty("database_sockets").EnumerateArray());
        await _a.CallAsync("""{"operation":"remove_node","hostname":"undefined"}""");
        Assert.DoesNotContain("undefined", _a.Members);
    }

    [Fact]
    public async Task Configure_cluster_should_replace_the_peers()
    {
        var c = await StartAsync("127.0.0.4");
        await _a.CallAsync(new { operation = "add_node", url = _b.Url, authorization = Credentials });
        var answer = await _a.CallAsync(new { operation = "configure_cluster", connections = new[] { new { url = c.Url, authorization = Credentials } } });
        Assert.Equal("Configure cluster complete.", answer.GetProperty("message").GetString());
        Assert.Equal("Successfully added 'ws://127.0.0.4:9933' to cluster", answer.GetProperty("connections")[0].GetProperty("response").GetString());
        Assert.Equal(["127.0.0.2", "127.0.0.4"], _a.Members);
        await Wait.UntilAsync(() => _a.Connected is ["127.0.0.4"] && _b.Board.All.IsEmpty, "only the new peer is connected");
    }

    [Fact]
    public async Task A_database_should_be_dialled_when_it_appears_and_closed_when_it_is_dropped()
    {
        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials });
        await _a.CallAsync(new { operation = "create_database", database = "dev" });
        await _b.CallAsync(new { operation = "create_database", database = "dev" });
        await Wait.UntilAsync(() => IsConnected(_a, "127.0.0.3", "dev") && IsConnected(_b, "127.0.0.2", "dev"), "the new database is connected");
        await _b.CallAsync(new { operation = "drop_database", database = "dev" });
        await Wait.UntilAsync(() => !IsConnected(_b, "127.0.0.2", "dev"), "the dropped database is not");
        Assert.True(IsConnected(_b, "127.0.0.2", "system"));
    }

    [Fact]
    public async Task A_socket_should_not_be_taken_under_another_name_and_unknown_operations_should_be_answered()
    {
        await _b.CallAsync(new { operation = "add_node", url = _a.Url, authorization = Credentials });
        var liar = await DialAsync("127.0.0.3");
        await liar.SendAsync(ControlFrameCodec.Encode(new ControlFrame.PeerName(new("127.0.0.44"), new("system"), [])), default);
        Assert.Null(await liar.ReceiveAsync(default));
        Assert.Equal((1008, "Node name mismatch"), ((await liar.Ended).Code, (await liar.Ended).Reason));

        var asker = await DialAsync("127.0.0.3");
        await asker.SendAsync(ControlFrameCodec.Encode(new ControlFrame.OperationRequest(7, """{"operation":"deploy_the_moon"}"""u8.ToArray())), default);
        var answer = Assert.IsType<ControlFrame.OperationResponse>(ControlFrameCodec.Decode((await asker.ReceiveAsync(default))!.Value.Span, FrameLimits.Default));
        Assert.Equal((7, "HdbError: Operation 'deploy_the_moon' not found"), (answer.RequestId, answer.Error));
    }

    [Fact]
    public async Task A_super_user_without_a_record_should_be_served_under_the_name_it_gives()
    {
        var header = "Basic " + Convert.ToBase64String("admin:Abc1234!"u8);
        var guest = await DialAsync("127.0.0.50", new KeyValuePair<string, string>("Authorization", header));
        await guest.SendAsync(ControlFrameCodec.Encode(new ControlFrame.PeerName(new("reader"), new("system"), [])), default);
        var answer = Assert.IsType<ControlFrame.PeerName>(ControlFrameCodec.Decode((await guest.ReceiveAsync(default))!.Value.Span, FrameLimits.Default));
        Assert.Equal("127.0.0.2", answer.Node.Value);
        await Wait.UntilAsync(() => _a.Board.All.Length == 1, "the guest is shown");
        await guest.CloseAsync(new PeerClose(PeerClose.Normal, ""));
        await Wait.UntilAsync(() => _a.Board.All.IsEmpty, "and forgotten when it leaves");
    }

    private async Task<IPeerSocket> DialAsync(string from, params KeyValuePair<string, string>[] headers) =>
        await _network.DialAsync(
            new PeerDial(new Uri(_a.Url), System.Net.IPAddress.Parse(from), [.. headers], Wait.Deadline, new PeerSocketSettings()), default);

    private static bool IsConnected(ClusterNode node, string peer, string database) =>
        node.Board.Find(new(peer))?.Databases.GetValueOrDefault(database) is { Connected: true };

    private async Task<ClusterNode> StartAsync(string name, params string[] routes)
    {
        var node = await ClusterNode.StartAsync(
            new ClusterNodeOptions(name) { Network = _network, Connections = IdleConnectionActor.Connections }.With(routes));
        _nodes.Add(node);
        return node;
    }
}
