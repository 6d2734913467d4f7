using Harper.Tests.Cluster;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves R-SUB-01, 02, 03, 05, 09 towards an original: its table in its directions and nothing else, enforced here whatever the original would take or send.</summary>
[Collection(ProcessCollection.Name)]
public sealed class SubscriptionSpecs : IAsyncDisposable
{
    private readonly MixedCluster _cluster = new("127.0.79");

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_list_with_an_original_should_carry_its_table_in_its_directions_and_nothing_else()
    {
        var original = _cluster.Original(1);
        var ours = _cluster.Ours(2);
        await _cluster.StartAsync();
        foreach (var node in _cluster.Nodes)
            foreach (var table in (string[])["dog", "cat"]) await node.CallAsync(new { operation = "create_table", database = "data", table, primary_key = "id" });
        await MixedCluster.InsertAsync(ours, "dog", 1);
        await MixedCluster.InsertAsync(ours, "cat", 1);
        await SubscribeAsync("add_node", subscribe: false);
        await _cluster.UntilHasAsync(original, "dog", 1);
        await MixedCluster.InsertAsync(original, "dog", 100);
        await MixedCluster.InsertAsync(original, "cat", 100);
        await MixedCluster.InsertAsync(ours, "cat", 2);
        await MixedCluster.InsertAsync(ours, "dog", 2);
        await _cluster.UntilHasAsync(original, "dog", 2);
        Assert.Null(await MixedCluster.ReadAsync(original, "data", "cat", 1));
        Assert.Null(await MixedCluster.ReadAsync(original, "data", "cat", 2));
        Assert.Null(await MixedCluster.ReadAsync(ours, "data", "dog", 100));

        await SubscribeAsync("update_node", subscribe: true);
        await _cluster.UntilHasAsync(ours, "dog", 100);
        await MixedCluster.InsertAsync(original, "dog", 101);
        await _cluster.UntilHasAsync(ours, "dog", 101);
        Assert.Null(await MixedCluster.ReadAsync(ours, "data", "cat", 100));

        // Back to everything: what was held back comes too, to the original once it asks for it.
        await ours.CallAsync(new { operation = "add_node", url = $"ws://{original.Address}:9933", authorization = new { username = "admin", password = "Abc1234!" } });
        await _cluster.UntilHasAsync(ours, "cat", 100);
        await UntilShownAsync(true);
        await original.StopAsync();
        await original.StartAgainAsync();
        await _cluster.UntilHasAsync(original, "cat", 2);
        await _cluster.UntilHasAsync(original, "cat", 1);
        await UntilShownAsync(false);

        Task UntilShownAsync(bool ended) => _cluster.UntilAsync($"the status {(ended ? "says" : "does not say")} that the original asks by a list that is over", async () =>
        {
            var status = (await ours.CallAsync(new { operation = "cluster_status" })).GetRawText();
            var tree = await ours.AdminAsync("actors");
            return status.Contains("\"asksByEndedList\":true", StringComparison.Ordinal) == ended && tree.Contains("asksByEndedList", StringComparison.Ordinal) == ended;
        });

        Task SubscribeAsync(string operation, bool subscribe) => ours.CallAsync(new
        {
            operation, url = $"ws://{original.Address}:9933", authorization = new { username = "admin", password = "Abc1234!" },
            subscriptions = new[] { new { database = "data", table = "dog", publish = true, subscribe } },
        });
    }
}
