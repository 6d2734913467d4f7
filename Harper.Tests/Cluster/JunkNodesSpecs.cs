using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>A member that fills the node records with nodes that are none, under any name: they gossip, and the others go on with each other (X37).</summary>
public sealed class JunkNodesSpecs : IAsyncDisposable
{
    private const string A = "127.0.0.34", B = "127.0.0.35", C = "127.0.0.36";

    private static readonly string[] Names =
    [
        "../../etc/passwd", "/", "a/b", "a\\b", "\0", "\n\n", "%2e%2e", "..", ".", "~sessions", "$a", "user/node", "\u202e", "日本", new string('x', 1_500), "*", "localhost", "0.0.0.0", "::1", "[", "system", " ",
    ];

    private readonly InMemoryTransport _network = new();
    private readonly List<ClusterNode> _nodes = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task Node_records_that_are_junk_should_keep_nobody_from_replicating()
    {
        var a = await StartAsync(A, B, C);
        var b = await StartAsync(B, A, C);
        await b.InsertAsync("dog", 1, "b");
        await Wait.UntilAsync(() => a.Has("dog", 1), "the nodes are connected");
        foreach (var name in Names) await b.WriteNodeRecordAsync(JsonSerializer.Serialize(new { name, url = $"ws://{name}:9933", replicates = true }));
        foreach (var url in (string[])["ws://10.255.255.1:1", "ftp://x", "ws://user:secret@x:9933", "wss://" + new string('y', 5_000), "", "ws://127.0.0.1:22/../.."])
            await b.WriteNodeRecordAsync(JsonSerializer.Serialize(new { name = $"url-{url.Length}", url, replicates = true, ca = "-----BEGIN CERTIFICATE-----\njunk", revoked_certificates = new object[] { 1, "", null! }, subscriptions = 7, shard = "x" }));
        var junk = LongRun.Scale(3_000, 100_000);
        foreach (var some in Enumerable.Range(0, junk).Chunk(200))
            await Task.WhenAll(some.Select(number => b.WriteNodeRecordAsync($$"""{"name":"junk{{number}}.invalid","url":"ws://junk{{number}}.invalid:9933","replicates":true}""")));
        await Wait.UntilAsync(() => a.Records.All.Length >= junk && b.Records.All.Length >= junk, "the junk has gossiped", LongRun.Scale(60, 1_800));

        await b.InsertAsync("dog", 2, "b");
        await a.InsertAsync("dog", 3, "a");
        await Wait.UntilAsync(() => a.Has("dog", 2) && b.Has("dog", 3), "both go on");
        Assert.InRange(a.Board.All.Length, 2, DialPlanner.MaxPeers + 1);

        // A node that the operator names is not pushed out, and comes in among them.
        var c = await StartAsync(C, A, B);
        await c.InsertAsync("dog", 4, "c");
        await Wait.UntilAsync(() => a.Has("dog", 4) && c.Has("dog", 2), "a third joins");
        await Wait.UntilAsync(() => a.Records.Find(new NodeName(C)) is not null && b.Records.Find(new NodeName(C)) is not null, "its record has gossiped");
    }

    private async Task<ClusterNode> StartAsync(string name, params string[] routes)
    {
        var node = await ClusterNode.StartAsync(new ClusterNodeOptions(name) { Network = _network }.With(routes));
        _nodes.Add(node);
        return node;
    }
}
