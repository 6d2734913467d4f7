using Harper.Host.Demo;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Cluster.CopyCluster;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-SYN-04, 08, 10, 11, 12, 13, R-P2P-18 and 19 with three processes: both sides hold rows when they meet; deletes made meanwhile stay deleted; a lost disk, an
/// old disk and a trimmed log are made whole by whoever is there; the origin of what was missed may be gone.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class RejoinSpecs
{
    private readonly CopyCluster _cluster = new("127.0.65", 3);

    [Fact]
    public async Task Whoever_comes_back_should_be_made_whole_by_whoever_is_there()
    {
        await using var cluster = _cluster;
        var (a, b, c) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);

        // R-SYN-13: each has rows of its own, and one key both.
        await cluster.StartAsync(a);
        await CreateTableAsync(a);
        await cluster.LoadAsync(a, 0, 1000, 200);
        await a.StopAsync();
        await cluster.StartAsync(b);
        await CreateTableAsync(b);
        await cluster.LoadAsync(b, 999, 1000, 300);
        await cluster.StartAsync(a);
        await WaitUntilEqualAsync(60, a, b);
        Assert.Equal(1999, await CountAsync(a));

        // R-SYN-01 and R-SYN-10: a joiner copies; what is deleted while it is away stays deleted.
        await cluster.StartAsync(c);
        await WaitUntilEqualAsync(60, a, b, c);
        await c.StopAsync();
        var old = cluster.FolderOf(c) + "-old";
        TemporaryFolder.CopyAll(cluster.FolderOf(c), old);
        await DeleteAsync(a, 0, 100);
        await cluster.LoadAsync(b, 5000, 500, 200);

        // R-SYN-11: what b wrote comes from a when b is gone; R-SYN-08: nobody copies for that.
        await WaitUntilEqualAsync(60, a, b);
        await b.KillAsync();
        await cluster.StartAsync(c);
        await WaitUntilEqualAsync(60, a, c);
        Assert.Equal(2399, await CountAsync(c));
        Assert.Equal(0, Figure(await SocketAsync(c, a), "copiedBytesReceived"));

        // R-P2P-19: a disk that was lost.
        await c.KillAsync();
        Directory.Delete(cluster.FolderOf(c), recursive: true);
        await cluster.StartAsync(c);
        await WaitUntilEqualAsync(60, a, c);

        // R-SYN-12: a disk set back to what it was, and a log that does not reach back so far.
        await c.KillAsync();
        Directory.Delete(cluster.FolderOf(c), recursive: true);
        TemporaryFolder.CopyAll(old, cluster.FolderOf(c));
        await cluster.StartAsync(b);
        await cluster.LoadAsync(b, 7000, 10, 200);
        await WaitUntilEqualAsync(60, a, b);
        foreach (var node in new[] { a, b })
        {
            var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            await node.RunAsync(new { operation = "delete_audit_logs_before", schema = "copied", table = "rows", timestamp = before }, default);
        }
        await cluster.StartAsync(c);
        await WaitUntilEqualAsync(60, a, b, c);
        Assert.Equal(2409, await CountAsync(c));
        Assert.True(Figure(await SocketAsync(c, a), "copiedBytesReceived") + Figure(await SocketAsync(c, b), "copiedBytesReceived") > 0, "the log did reach back");

        // And all go on from there.
        foreach (var node in cluster.Nodes) await cluster.LoadAsync(node, 8000 + Array.IndexOf([.. cluster.Nodes], node) * 10, 10, 200);
        await WaitUntilEqualAsync(60, a, b, c);
        Assert.Equal(2439, await CountAsync(c));
    }

    private static Task DeleteAsync(DemoNode node, int first, int count) => node.RunAsync(
        new { operation = "delete", database = "copied", table = "rows", ids = Enumerable.Range(first, count).Select(id => $"{id:000000000}") }, default);
}
