using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves rules 14, 23 and 26 with originals: what one of them lacks is shown and given back on demand, what we lost is fetched from one, and an idle one is not copied from again.</summary>
[Collection(ProcessCollection.Name)]
public sealed class HealingSpecs : IAsyncDisposable
{
    private readonly MixedCluster _cluster = new("127.0.77");

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_original_that_lost_rows_should_get_them_back_from_us_whoever_wrote_them_and_we_from_an_original()
    {
        var first = _cluster.Original(1);
        var ours = _cluster.Ours(2);
        var second = _cluster.Original(3);
        await _cluster.StartAsync();
        // Rows before they meet: an original does not say when a copy of nothing ends, and whoever waits for that takes nothing else.
        foreach (var node in _cluster.Nodes) await node.CallAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        for (var node = 0; node < 3; node++) await MixedCluster.InsertAsync(_cluster.Nodes[node], "dog", node * 100, 50);
        await MixedCluster.IntroduceAsync(first, ours);
        await MixedCluster.IntroduceAsync(second, ours);
        await _cluster.UntilMeshedAsync("system", "data");
        foreach (var node in _cluster.Nodes) await _cluster.UntilCountsAsync(node, "dog", 150);

        // A drop stays local: what comes back as a table is empty, and no log of the others would ever be asked for the rows again.
        await LoseAsync(first);
        var verified = await HarperCommand.RunAsync(ours.Root, "verify");
        Assert.Contains($"data.dog with {first.Address}: an original, DIFFERS: 150 rows here, 0 there", verified.Output, StringComparison.Ordinal);
        Assert.Contains($"data.dog with {second.Address}: an original, as many rows", verified.Output, StringComparison.Ordinal);
        Assert.Equal((1, ""), (verified.Code, verified.Error));
        var (code, output, error) = await HarperCommand.RunAsync(ours.Root, "resync", "data", "--to", first.Address);
        Assert.Equal((0, ""), (code, error));
        Assert.EndsWith($"'{first.Address}' was sent everything that database 'data' had.\n", output, StringComparison.Ordinal);
        await _cluster.UntilCountsAsync(first, "dog", 150);

        await LoseAsync(ours);
        await ours.CallAsync(new { operation = "resync_database", database = "data", from = second.Address });
        await _cluster.UntilCountsAsync(ours, "dog", 150);

        for (var node = 0; node < 3; node++) await MixedCluster.InsertAsync(_cluster.Nodes[node], "dog", 1_000 + node);
        foreach (var node in _cluster.Nodes) await _cluster.UntilCountsAsync(node, "dog", 153);
        Assert.Equal(400, (await ours.RunAsync(new { operation = "resync_database", database = "data", to = "127.0.77.99" })).Status);
        Assert.Equal(1, (await HarperCommand.RunAsync(ours.Root, "resync", "data", "--to", "127.0.77.99")).Code);
        Assert.Contains("give either --from NODE", (await HarperCommand.RunAsync(ours.Root, "resync", "data")).Error, StringComparison.Ordinal);
        Assert.Equal(400, (await ours.RunAsync(new { operation = "resync_database", database = "data", from = first.Address, to = first.Address })).Status);

        async Task LoseAsync(NodeProcess node)
        {
            await node.CallAsync(new { operation = "drop_table", database = "data", table = "dog" });
            await node.RunAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        }
    }

    [Fact]
    public async Task An_idle_original_should_not_be_copied_from_again_and_nothing_of_it_be_missed()
    {
        var original = _cluster.Original(11);
        var ours = _cluster.Ours(12);
        await _cluster.StartAsync();
        await _cluster.Nodes[0].CallAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        await MixedCluster.InsertAsync(original, "dog", 0, 200);
        await MixedCluster.IntroduceAsync(ours, original);
        await _cluster.UntilMeshedAsync("system", "data");
        await _cluster.UntilCountsAsync(ours, "dog", 200);
        await _cluster.UntilAsync("both copies are whole", async () => await MixedCluster.FigureAsync(ours, "copiesCompleted") >= 2);
        Assert.NotEqual(0, await MixedCluster.FigureAsync(ours, "copiedBytesReceived"));

        // Nobody has written since: the original never stated a position.
        await ours.StopAsync();
        await ours.StartAgainAsync();
        await _cluster.UntilMeshedAsync("system", "data");
        await ours.KillAsync();
        await MixedCluster.InsertAsync(original, "dog", 500, 10);
        await original.CallAsync(new { operation = "delete", database = "data", table = "dog", ids = new[] { 3 } });
        await ours.StartAgainAsync();
        await _cluster.UntilCountsAsync(ours, "dog", 209);
        await MixedCluster.InsertAsync(original, "dog", 600);
        await _cluster.UntilHasAsync(ours, "dog", 600);
        Assert.Null(await MixedCluster.ReadAsync(ours, "data", "dog", 3));
        Assert.Equal(0, await MixedCluster.FigureAsync(ours, "copiedBytesReceived"));
    }
}
