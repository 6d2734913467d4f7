using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves R-CLU-15, 18 and rule 25 with two of ours and an original: ours go on without it, it is out whether it hears of it or not, and it may come back.</summary>
[Collection(ProcessCollection.Name)]
public sealed class LeavingSpecs : IAsyncDisposable
{
    private readonly MixedCluster _cluster = new("127.0.78");

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_original_that_is_removed_should_leave_ours_behind_whole_and_may_be_added_again_also_when_it_was_away()
    {
        var first = _cluster.Ours(1);
        var second = _cluster.Ours(2);
        var original = _cluster.Original(3);
        await _cluster.StartAsync();
        // Rows before they meet: an original does not say when a copy of nothing ends, and whoever waits for that takes nothing else.
        foreach (var node in _cluster.Nodes) await node.CallAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        await MixedCluster.InsertAsync(original, "dog", 100);
        await MixedCluster.IntroduceAsync(second, first);
        await MixedCluster.IntroduceAsync(original, first);
        await _cluster.UntilMeshedAsync("system", "data");
        await CrossAsync(1, first, second, original);

        await first.CallAsync(new { operation = "remove_node", hostname = original.Address });
        await UntilOutAsync();
        await CrossAsync(10, first, second);
        await MixedCluster.IntroduceAsync(first, original);
        // 4.7 dials only who added it: what it gave up for the others when it was removed it takes up again at its next start.
        await _cluster.UntilAsync("it has who added it", async () => await MixedCluster.ConnectedAsync(original, first, "data"));
        await original.StopAsync();
        await original.StartAgainAsync();
        await _cluster.UntilMeshedAsync("system", "data");
        await CrossAsync(20, first, second, original);

        // Away, so that nobody tells it: it comes back with records of all, and is not let in.
        await original.KillAsync();
        await second.CallAsync(new { operation = "remove_node", hostname = original.Address });
        await UntilOutAsync();
        await original.StartAgainAsync();
        await MixedCluster.InsertAsync(original, "dog", 30);
        await CrossAsync(40, first, second);
        await UntilOutAsync();
        Assert.Null(await MixedCluster.ReadAsync(first, "data", "dog", 30));

        await MixedCluster.IntroduceAsync(second, original);
        await _cluster.UntilMeshedAsync("system", "data");
        await CrossAsync(50, first, second, original);

        async Task UntilOutAsync()
        {
            foreach (var node in (NodeProcess[])[first, second])
                await _cluster.UntilAsync($"{node.Address} lists {original.Address} no more", async () => await MixedCluster.SocketsAsync(node, original) is null);
            await _cluster.UntilAsync("ours have each other", async () => await MixedCluster.ConnectedAsync(first, second, "data") && await MixedCluster.ConnectedAsync(second, first, "data"));
        }
    }

    private async Task CrossAsync(int id, params NodeProcess[] nodes)
    {
        for (var i = 0; i < nodes.Length; i++) await MixedCluster.InsertAsync(nodes[i], "dog", id + i);
        foreach (var node in nodes)
            for (var i = 0; i < nodes.Length; i++) await _cluster.UntilHasAsync(node, "dog", id + i);
    }
}
