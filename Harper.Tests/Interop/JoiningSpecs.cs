using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves R-GOS-01…05, R-CLU-01, 02, 09, R-P2P-01, 03, 06, 09, R-MON-03…07 with nodes of both kinds: every way in, every mixture of three.</summary>
[Collection(ProcessCollection.Name)]
public sealed class JoiningSpecs : IAsyncDisposable
{
    private readonly MixedCluster _cluster = new("127.0.60");

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_original_that_adds_us_should_be_a_full_peer_and_both_should_tell_when_the_other_is_gone()
    {
        var original = _cluster.Original(1);
        var ours = _cluster.Ours(2);
        await _cluster.StartAsync();
        await MixedCluster.IntroduceAsync(original, ours);
        await _cluster.UntilMeshedAsync("system");
        await WritesCrossAsync();
        await _cluster.UntilMeshedAsync("system", "data");
        await MembersAreEqualAsync();

        await original.KillAsync();
        await _cluster.UntilAsync("we say that it is gone", async () => (await MixedCluster.SocketsAsync(ours, original))!.Values.All(connected => !connected));
        await original.StartAgainAsync();
        await ours.KillAsync();
        await _cluster.UntilAsync("it says that we are gone", async () => (await MixedCluster.SocketsAsync(original, ours))?.Values.All(connected => !connected) ?? true);
        await ours.StartAgainAsync();
        await _cluster.UntilMeshedAsync("system", "data");
        await WritesCrossAsync();
    }

    [Fact]
    public async Task We_who_add_an_original_should_bring_along_a_third_of_ours_that_knows_only_us()
    {
        var original = _cluster.Original(11);
        var first = _cluster.Ours(12);
        var second = _cluster.Ours(13);
        await _cluster.StartAsync();
        await MixedCluster.IntroduceAsync(first, original);
        await MixedCluster.IntroduceAsync(second, first);
        await _cluster.UntilMeshedAsync("system");
        await WritesCrossAsync();
        await MembersAreEqualAsync();
    }

    [Fact]
    public async Task Routes_from_both_sides_should_join_us_with_an_original_and_a_third_original_that_knows_only_us_should_find_it()
    {
        var ours = _cluster.Ours(22, routes: 21);
        var original = _cluster.Original(21, routes: 22);
        var third = _cluster.Original(23);
        await _cluster.StartAsync();
        await MixedCluster.IntroduceAsync(third, ours);
        await _cluster.UntilMeshedAsync("system");
        await WritesCrossAsync();
        await MembersAreEqualAsync();
        Assert.NotNull(original);
    }

    /// <summary>A row written on each node is read on each.</summary>
    private async Task WritesCrossAsync()
    {
        await _cluster.Nodes[0].RunAsync(new { operation = "create_table", database = "data", table = "crossing", primary_key = "id" });
        foreach (var node in _cluster.Nodes)
            await _cluster.UntilAsync("the table is everywhere", async () => await MixedCluster.CountAsync(node, "data", "crossing") >= 0);
        var mark = Guid.NewGuid().ToString();
        foreach (var node in _cluster.Nodes)
            await node.CallAsync(new { operation = "upsert", database = "data", table = "crossing", records = new[] { new { id = node.Address, mark } } });
        foreach (var node in _cluster.Nodes)
            foreach (var other in _cluster.Nodes)
                await _cluster.UntilReadsAsync(node, "data", "crossing", other.Address, "mark", mark);
    }

    /// <summary>Every node's table of nodes holds every node, with the address to dial.</summary>
    private async Task MembersAreEqualAsync()
    {
        string[] all = [.. _cluster.Nodes.Select(node => $"{node.Address} ws://{node.Address}:9933").Order(StringComparer.Ordinal)];
        foreach (var node in _cluster.Nodes)
            await _cluster.UntilAsync($"{node.Address} lists every member", async () =>
            {
                var rows = await node.CallAsync(new { operation = "search_by_value", database = "system", table = "hdb_nodes", search_attribute = "name", search_value = "*", get_attributes = new[] { "name", "url" } });
                return rows.EnumerateArray().Select(row => $"{row.GetProperty("name")} {row.GetProperty("url")}").Order(StringComparer.Ordinal).SequenceEqual(all);
            });
    }
}
