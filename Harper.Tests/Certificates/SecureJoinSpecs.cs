using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>
/// Nodes that begin with nothing but their own certificates and become a cluster over TLS by one call with credentials (R-XGN-01..05, 07, 09, R-CLU-03, R-P2P-05,
/// R-SEC-01, 11, R-GOS-09, R-INS-03).
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
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are connected", 60);
        await b.InsertAsync("dog", 2, "Harper");
        await Wait.UntilAsync(() => b.Has("dog", 1) && a.Has("dog", 2), "rows cross both ways", 60);

        var signed = (await b.CallAsync(new { operation = "list_certificates" })).EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);
        Assert.Equal(
            ["127.0.30.2", "127.0.30.2-replication", "HarperDB-Certificate-Authority-127.0.30.1", "HarperDB-Certificate-Authority-127.0.30.2"],
            signed.Keys.Order(StringComparer.Ordinal));
        var own = signed["127.0.30.2-replication"];
        Assert.False(own.GetProperty("is_self_signed").GetBoolean());
        Assert.Equal("CN=HarperDB-Certificate-Authority-127.0.30.1 C=USA ST=Colorado L=Denver O=HarperDB\\, Inc.", own.GetProperty("details").GetProperty("issuer").GetString());

        await b.DisposeAsync();
        _nodes.Remove(b);
        b = await b.StartAgainAsync();
        _nodes.Add(b);
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are connected again, without credentials", 60);
        await a.InsertAsync("dog", 3, "Rex");
        await Wait.UntilAsync(() => b.Has("dog", 3), "and rows go on crossing", 60);
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

    private static object Join(ClusterNode target) => new
    {
        operation = "add_node", hostname = target.Name, verify_tls = false, authorization = new { username = ClusterNode.Administrator, password = ClusterNode.Password },
    };

    private async Task<ClusterNode> StartAsync(string name)
    {
        var node = await ClusterNode.StartAsync(new ClusterNodeOptions(name) { Secure = new SecureNode() });
        _nodes.Add(node);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
