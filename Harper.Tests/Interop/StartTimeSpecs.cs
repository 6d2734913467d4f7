using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves R-SYN-05, R-CLU-06 and rule 15 between both kinds: a time at which the first copy begins, whichever of the two gives it. The request of an
/// original does not tell such a time from the minute before its own that it asks from when it sees no leader in us: it gets everything.</summary>
[Collection(ProcessCollection.Name)]
public sealed class StartTimeSpecs : IAsyncDisposable
{
    private readonly MixedCluster _cluster = new("127.0.83");

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task All_that_is_newer_should_come_and_what_is_older_only_where_an_original_asks_for_it()
    {
        await JoinAsync(weAdd: true);
        if (LongRun.IsOn) await JoinAsync(weAdd: false);
    }

    private async Task JoinAsync(bool weAdd)
    {
        var original = _cluster.Original(weAdd ? 1 : 3);
        var ours = _cluster.Ours(weAdd ? 2 : 4);
        var (joiner, source) = weAdd ? ((NodeProcess)ours, (NodeProcess)original) : (original, ours);
        foreach (var node in (NodeProcess[])[original, ours]) node.Start();
        foreach (var node in (NodeProcess[])[original, ours]) await node.WaitUntilAnsweringAsync();
        await source.CallAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        await MixedCluster.InsertAsync(source, "dog", 0, 20);
        await Wait.PassAsync(TimeSpan.FromMilliseconds(50));
        var time = DateTimeOffset.UtcNow;
        await Wait.PassAsync(TimeSpan.FromMilliseconds(50));
        await MixedCluster.InsertAsync(source, "dog", 20, 20);
        await joiner.CallAsync(new
        {
            operation = "add_node", url = $"ws://{source.Address}:9933", authorization = new { username = "admin", password = "Abc1234!" },
            start_time = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
        });
        for (var id = 20; id < 40; id++) await _cluster.UntilHasAsync(joiner, "dog", id);
        await MixedCluster.InsertAsync(source, "dog", 40);
        await _cluster.UntilHasAsync(joiner, "dog", 40);
        await joiner.StopAsync();
        await MixedCluster.InsertAsync(source, "dog", 41);
        await joiner.StartAgainAsync();
        await _cluster.UntilHasAsync(joiner, "dog", 41);
        if (weAdd) Assert.Null(await MixedCluster.ReadAsync(joiner, "data", "dog", 3));
        else await _cluster.UntilCountsAsync(joiner, "dog", 42);
        Assert.Equal(42, await MixedCluster.CountAsync(source, "data", "dog"));
    }
}
