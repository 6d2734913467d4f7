using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves rule 22 towards an original: a copy adds to what it has, also to a row that it has patched itself since.</summary>
[Collection(ProcessCollection.Name)]
public sealed class CopyOverPatchesSpecs : IAsyncDisposable
{
    private readonly CuttableLinks _links = new();
    private readonly MixedCluster _cluster = new("127.0.91");

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _links.DisposeAsync();
    }

    [Fact]
    public async Task A_copy_should_bring_patches_that_are_older_than_those_of_the_original_itself()
    {
        var original = _cluster.Original(1, [], _cluster.Behind(1));
        var ours = _cluster.Ours(2, [], _cluster.Behind(2));
        original.AddTable("patched");
        foreach (var node in _cluster.Nodes) _links.Open(node.Address);
        await _cluster.StartAsync();
        await original.CallAsync(new { operation = "add_node", url = CuttableLinks.UrlOf(ours.Address), authorization = new { username = "admin", password = "Abc1234!" } });
        await _cluster.UntilMeshedAsync("system");
        await original.RestAsync(HttpMethod.Put, "/patched/x", new { a = 0, b = 0, c = 0 });
        await _cluster.UntilReadsAsync(ours, "data", "patched", "x", "c", 0);
        await UpdateAsync(new { id = "y", a = 0 });
        await _cluster.UntilReadsAsync(original, "data", "patched", "y", "a", 0);

        // The original misses this, and has forgotten that it ever heard of us: it will ask for a copy.
        await original.StopAsync();
        _links.Cut(original.Address, ours.Address);
        await UpdateAsync(new { id = "x", b = 2 });
        Assert.NotEqual(0, await original.ChangeCursorsAsync("data", "1"));
        await original.StartAgainAsync();
        await original.RestAsync(HttpMethod.Patch, "/patched/x", new { a = 9 });

        _links.Mend(original.Address, ours.Address);
        await AssertMergedAsync();
        var sent = await MixedCluster.FigureAsync(ours, "copiesSent");
        Assert.NotEqual(0, sent);

        // Nothing is new in this one.
        await ours.CallAsync(new { operation = "resync_database", database = "data", to = original.Address });
        await _cluster.UntilAsync("it was copied once more", async () => await MixedCluster.FigureAsync(ours, "copiesSent") > sent);
        await UpdateAsync(new { id = "y", a = 1 });
        await _cluster.UntilReadsAsync(original, "data", "patched", "y", "a", 1);
        await AssertMergedAsync();

        // What is put now is newer than all of it.
        await original.RestAsync(HttpMethod.Put, "/patched/x", new { a = 1, b = 1 });
        await _cluster.UntilReadsAsync(ours, "data", "patched", "x", "b", 1);
        await UpdateAsync(new { id = "x", b = 3 });
        await _cluster.UntilReadsAsync(original, "data", "patched", "x", "b", 3);

        async Task AssertMergedAsync()
        {
            foreach (var node in _cluster.Nodes)
                foreach (var (attribute, value) in ((string, int)[])[("a", 9), ("b", 2), ("c", 0)])
                    await _cluster.UntilReadsAsync(node, "data", "patched", "x", attribute, value);
        }

        Task UpdateAsync(object record) => ours.CallAsync(new { operation = "upsert", database = "data", table = "patched", records = new[] { record } });
    }
}
