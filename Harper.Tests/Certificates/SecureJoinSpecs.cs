using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Harper.Actors.Certificates;
using Harper.Actors.Transport;
using Harper.Core.Operations;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>
/// Nodes that begin with nothing but their own certificates and become a cluster over TLS by one call with credentials (R-XGN-01..05, 07, 09, R-CLU-03, R-P2P-05,
/// R-SEC-01, 11, R-GOS-09, R-INS-03, R-XGN-08, 10, 11).
/// </summary>
public sealed class SecureJoinSpecs : IAsyncDisposable
{
    private readonly List<ClusterNode> _nodes = [];

    [Fact]
    public async Task Two_fresh_nodes_should_become_a_secure_cluster_by_one_call_and_stay_one_after_a_restart()
    {
        var a = await StartAsync("127.0.30.1");
        var b = await StartAsync("127.0.30.2");
        await a.InsertAsync("dog", 1, "Penny");
        var answer = await b.CallAsync(Join(a));
        Assert.Equal("Successfully added 'wss://127.0.30.1:9933' to cluster", answer.GetProperty("message").GetString());
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are connected");
        await b.InsertAsync("dog", 2, "Harper");
        await Wait.UntilAsync(() => b.Has("dog", 1) && a.Has("dog", 2), "rows cross both ways");

        var signed = (await b.CallAsync(new { operation = "list_certificates" })).EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);
        Assert.Equal(
            ["127.0.30.2", "127.0.30.2-replication", "HarperDB-Certificate-Authority-127.0.30.1", "HarperDB-Certificate-Authority-127.0.30.2"],
            signed.Keys.Order(StringComparer.Ordinal));
        var own = signed["127.0.30.2-replication"];
        Assert.False(own.GetProperty("is_self_signed").GetBoolean());
        Assert.Equal("CN=HarperDB-Certificate-Authority-127.0.30.1 C=USA ST=Colorado L=Denver O=HarperDB\\, Inc.", own.GetProperty("details").GetProperty("issuer").GetString());

        // An operator's certificate reaches every node by one call, with its key (R-CRT-08).
        var house = new TestAuthority("House Authority");
        var web = house.Issue("web");
        var forwarded = await a.CallAsync(new { operation = "add_certificate", certificate = web.Pem, private_key = web.KeyPem, is_authority = false, uses = new[] { "https" }, replicated = true });
        Assert.Equal("Successfully added certificate: web", Assert.Single(forwarded.GetProperty("replicated").EnumerateArray()).GetProperty("message").GetString());
        Assert.NotNull(b.Keys.Read("web.pem"));
        // Nodes do not tell each other which clients to believe.
        foreach (var (uses, reason) in ((string[], string)[])[(["operations"], "by which clients are believed"), (["replication"], "Successfully added certificate")])
        {
            forwarded = await a.CallAsync(new { operation = "add_certificate", name = "house", certificate = house.Pem, is_authority = true, uses, replicated = true });
            Assert.Contains(reason, Assert.Single(forwarded.GetProperty("replicated").EnumerateArray()).GetRawText(), StringComparison.Ordinal);
        }
        await a.CallAsync(new { operation = "remove_certificate", name = "house", replicated = true });
        // And leaves every node by one call, its key as well.
        forwarded = await a.CallAsync(new { operation = "remove_certificate", name = "web", replicated = true });
        Assert.Equal("Successfully removed web", Assert.Single(forwarded.GetProperty("replicated").EnumerateArray()).GetProperty("message").GetString());
        foreach (var node in _nodes)
        {
            Assert.Null(node.Keys.Read("web.pem"));
            Assert.DoesNotContain((await node.CallAsync(new { operation = "list_certificates" })).EnumerateArray(), row => row.GetProperty("name").GetString() == "web");
        }

        await b.DisposeAsync();
        _nodes.Remove(b);
        b = await b.StartAgainAsync();
        _nodes.Add(b);
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are connected again, without credentials");
        await a.InsertAsync("dog", 3, "Rex");
        await Wait.UntilAsync(() => b.Has("dog", 3), "and rows go on crossing");
    }

    [Theory]
    [InlineData("""{"operation":"add_node","hostname":"127.0.30.3","verify_tls":false}""", "Connection closed Unauthorized 1008")]
    [InlineData("""{"operation":"add_node","hostname":"127.0.30.3","verify_tls":false,"authorization":{"username":"admin","password":"x"}}""", "Connection closed Unauthorized 1008")]
    [InlineData("""{"operation":"add_node","hostname":"127.0.30.3","authorization":{"username":"admin","password":"Abc1234!"}}""", "self-signed certificate in certificate chain")]
    public async Task A_failed_introduction_should_say_so_in_the_words_of_the_original_and_leave_nothing(string call, string reason)
    {
        var a = await StartAsync("127.0.30.3");
        var b = await StartAsync("127.0.30.4");
        var (status, body) = await b.TryCallAsync(call);
        Assert.Equal(500, status);
        Assert.Equal($"Error returned from wss://127.0.30.3:9933: {reason} and connection was required to sign certificate", body.GetProperty("error").GetString());
        Assert.Empty(a.Members);
        Assert.Empty(b.Members);
        Assert.Equal(2, (await b.CallAsync(new { operation = "list_certificates" })).GetArrayLength());
    }

    [Fact]
    public async Task A_node_that_others_signed_should_bring_its_authority_instead_of_a_request()
    {
        var authority = new TestAuthority("Private Authority");
        var issued = authority.Issue("127.0.30.9");
        var a = await StartAsync("127.0.30.9", configured: new ConfiguredCertificate("tls", issued.Pem, authority.Pem, issued.KeyPem));
        var b = await StartAsync("127.0.30.10");
        await a.CallAsync(Join(b));
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are connected");
        var row = (await b.CallAsync("""{"operation":"search_by_id","database":"system","table":"hdb_nodes","ids":["127.0.30.9"],"get_attributes":["ca","ca_info"]}"""))[0];
        Assert.Equal(authority.Pem.Trim(), row.GetProperty("ca").GetString()!.ReplaceLineEndings("\n").Trim());
        Assert.Equal("CN=Private Authority", row.GetProperty("ca_info").GetProperty("subject").GetString());
        Assert.DoesNotContain((await a.CallAsync(new { operation = "list_certificates" })).EnumerateArray(), item => item.GetProperty("name").GetString() == "127.0.30.9-replication");

        // The same node has a certificate signed when that is what the operator wants.
        await a.CallAsync(Join(b, force: true));
        Assert.Contains((await a.CallAsync(new { operation = "list_certificates" })).EnumerateArray(), item => item.GetProperty("name").GetString() == "127.0.30.9-replication");
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are still connected");
    }

    [Fact]
    public async Task Credentials_should_be_kept_only_when_that_is_asked_for_in_a_file_of_this_node_and_go_with_the_peer()
    {
        var a = await StartAsync("127.0.30.5");
        var b = await StartAsync("127.0.30.6");
        var header = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClusterNode.Administrator}:{ClusterNode.Password}"));
        // The forms of an Authorization header work as well.
        await b.CallAsync(new { operation = "add_node", hostname = a.Name, verify_tls = false, authorization = header, retain_authorization = true });
        Assert.Equal(header, b.Keys.Read("authorization-127.0.30.5")?.Trim());
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are connected");
        foreach (var node in _nodes)
        {
            var rows = await node.CallAsync("""{"operation":"search_by_value","database":"system","table":"hdb_nodes","attribute":"name","value":"*"}""");
            Assert.DoesNotContain("authorization", rows.GetRawText(), StringComparison.Ordinal);
        }
        await b.CallAsync(new { operation = "remove_node", hostname = a.Name });
        await Wait.UntilAsync(() => b.Keys.Read("authorization-127.0.30.5") is null, "the file is gone with the peer");
    }

    [Fact]
    public async Task Credentials_that_were_kept_should_be_sent_by_a_node_that_starts_again_and_to_that_peer_alone()
    {
        const string peer = "127.0.30.11", stranger = "127.0.30.13";
        var header = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClusterNode.Administrator}:{ClusterNode.Password}"));
        var keys = new SecureNode();
        keys.Write("authorization-" + peer, header + "\n");
        var network = new InMemoryTransport();
        var dialled = new ConcurrentDictionary<string, string?>();
        foreach (var name in (string[])[peer, stranger])
            network.Listen($"{name}:9933", new PeerSocketSettings(), (_, dial) =>
            {
                dialled[name] = dial.Headers.FirstOrDefault(sent => sent.Key == "Authorization").Value;
                return Task.CompletedTask;
            });
        _nodes.Add(await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.30.12") { Secure = keys, Network = network }.With($"ws://{peer}:9933", $"ws://{stranger}:9933")));
        await Wait.UntilAsync(() => dialled.Count == 2, "both are dialled");
        Assert.Equal((header, null), (dialled[peer], dialled[stranger]));
    }

    [Fact]
    public async Task The_control_plane_should_use_the_same_certificates()
    {
        var a = await StartAsync("127.0.30.7", controlPlane: true);
        var b = await StartAsync("127.0.30.8", controlPlane: true);
        await b.CallAsync(Join(a));
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are connected");
        await WaitForTreeAsync(a, b.Name);
        // Behind the same door: nobody gets in there without a certificate.
        using var transport = new WebSocketTransport(new ShowingTls(null));
        await using var socket = await transport.DialAsync(
            new PeerDial(new Uri($"wss://{a.Name}:9933/control"), IPAddress.Parse(b.Name), [], Wait.Deadline, new PeerSocketSettings()), TestContext.Current.CancellationToken);
        Assert.Null(await socket.ReceiveAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PeerClose.Policy, (await socket.Ended.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken)).Code);
    }

    private static Task WaitForTreeAsync(ClusterNode node, string other) => Wait.UntilAsync(async () =>
    {
        try
        {
            return (await node.Running.Services.Others!.FindAsync(new(other), "node/certificates", TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken))?.State == "ready";
        }
        catch (OperationError)
        {
            // Not joined yet.
            return false;
        }
    }, $"{node.Name} sees the actors of {other}", seconds: 90);

    private static object Join(ClusterNode target, bool force = false) => new
    {
        operation = "add_node", hostname = target.Name, verify_tls = false, force_signing = force, authorization = new { username = ClusterNode.Administrator, password = ClusterNode.Password },
    };

    private async Task<ClusterNode> StartAsync(string name, bool controlPlane = false, ConfiguredCertificate? configured = null)
    {
        var node = await ClusterNode.StartAsync(new ClusterNodeOptions(name) { Secure = new SecureNode { Configured = configured is null ? [] : [configured] }, WithControlPlane = controlPlane });
        _nodes.Add(node);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
