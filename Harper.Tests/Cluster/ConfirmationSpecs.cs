using System.Diagnostics;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Proves R-TXN-17 between running nodes: a write that waits for others is answered when they have it, refused when they cannot, and told when they do not in time.</summary>
public sealed class ConfirmationSpecs : ClusterSpecBase
{
    [Fact]
    public async Task A_write_should_be_answered_when_as_many_peers_as_wished_have_it()
    {
        var (a, b) = (await StartAsync("127.0.238.1", "127.0.238.2"), await StartAsync("127.0.238.2", "127.0.238.1"));
        await a.InsertAsync("dog", 1, "makes the table");
        await Wait.UntilAsync(() => b.Has("dog", 1), "the table is there");
        await Wait.UntilAsync(() => a.Running.Services.Members.Of(DatabaseName.Data) is [_], "the other counts as one that replicates it");

        for (var id = 2; id < 22; id++)
        {
            await a.CallAsync(new { operation = "insert", table = "dog", records = new[] { new { id, name = "x" } }, replicatedConfirmation = 1 });
            Assert.True(b.Has("dog", id), "confirmed is there");
        }
        await a.CallAsync(new
        {
            operation = "transaction", replicatedConfirmation = 1,
            operations = new object[] { new { operation = "delete", table = "dog", ids = new[] { 2 } }, new { operation = "upsert", table = "dog", records = new[] { new { id = 30 } } } },
        });
        Assert.True(b.Has("dog", 30));
        Assert.False(b.Has("dog", 2));

        var (status, text) = await TryAsync(a, new { operation = "insert", table = "dog", records = new[] { new { id = 40 } }, replicatedConfirmation = 2 });
        Assert.Equal((400, "Cannot confirm replication to more nodes (2) than replicate database 'data' (1)"), (status, text));
        Assert.False(a.Has("dog", 40));

        await b.DisposeAsync();
        await Wait.UntilAsync(() => a.Connected.Length == 0, "the loss is seen");
        var watch = Stopwatch.StartNew();
        (status, text) = await TryAsync(
            a, new { operation = "insert", table = "dog", records = new[] { new { id = 41 } }, replicatedConfirmation = 1, replicatedConfirmationTimeout = 300 });
        Assert.Equal(504, status);
        Assert.StartsWith("Timed out after 300ms waiting for replication confirmation from 1 node(s): 0 confirmed.", text, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.25, Wait.Seconds);
        Assert.True(a.Has("dog", 41));
    }

    private static async Task<(int Status, string Text)> TryAsync(ClusterNode node, object operation)
    {
        var (status, body) = await node.TryCallAsync(operation);
        return (status, body.GetProperty("error").GetString()!);
    }

    private Task<ClusterNode> StartAsync(string address, params string[] routes) =>
        StartAsync(new ClusterNodeOptions(address).With(routes));
}
