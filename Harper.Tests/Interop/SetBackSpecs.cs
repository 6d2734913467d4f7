using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>
/// Proves rules 13, 15, 16 and R-SYN-08, 10, 12, 13, R-P2P-19 with an original as the only other member: a disk of ours that is set back, a log of ours that no longer reaches
/// back, an original whose clock says that it needs nothing; with <c>--long</c> disks of either that are lost, and one of the original's that is set back.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class SetBackSpecs : IAsyncDisposable
{
    private readonly MixedCluster _cluster = new("127.0.80");
    private readonly TemporaryFolder _kept = new();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _kept.Dispose();
    }

    [Fact]
    public async Task Whatever_one_of_a_pair_of_both_kinds_lost_or_missed_should_come_back_from_the_other()
    {
        // With fail-over 4.7 asks for its own changes too.
        var original = _cluster.Original(1, [], ("REPLICATION_FAILOVER", "true"));
        var ours = _cluster.Ours(2);
        await _cluster.StartAsync();
        await MixedCluster.IntroduceAsync(original, ours);
        await _cluster.UntilMeshedAsync("system");
        await _cluster.CreateTableAsync(ours, "dog");
        await _cluster.UntilMeshedAsync("system", "data");
        await MixedCluster.InsertAsync(ours, "dog", 0, 5);
        await EqualAsync(5);

        await OwnWritesAsync(original, ours);
        await TrimmedAsync(original, ours);
        await ClockAsync(original, ours);
        if (LongRun.IsOn) await DisksAsync(original, ours);
    }

    /// <summary>Rule 16.</summary>
    private async Task OwnWritesAsync(OriginalNode original, HostProcess ours)
    {
        await ours.StopAsync();
        TemporaryFolder.CopyAll(ours.Root, _kept.Below("ours"));
        await ours.StartAgainAsync();
        await _cluster.UntilMeshedAsync("system", "data");
        await MixedCluster.InsertAsync(ours, "dog", 5, 35);
        await ours.CallAsync(new { operation = "update", database = "data", table = "dog", records = new[] { new { id = 1, age = 2 } } });
        await DeleteAsync(ours, 2);
        await EqualAsync(39);

        await SetBackAsync(ours, "ours");
        // Only the original has this row: the update finds it if it waits for own writes.
        var updated = await ours.CallAsync(new { operation = "update", database = "data", table = "dog", records = new[] { new { id = 30, age = 3 } } });
        Assert.Equal("[30]", updated.GetProperty("update_hashes").GetRawText());
        await EqualAsync(39);
        foreach (var (id, age) in ((int, int)[])[(1, 2), (30, 3)]) await _cluster.UntilReadsAsync(original, "data", "dog", id, "age", age);
    }

    /// <summary>Rule 13: what the original missed is not in the log any more, deletes neither.</summary>
    private async Task TrimmedAsync(OriginalNode original, HostProcess ours)
    {
        await original.KillAsync();
        await MixedCluster.InsertAsync(ours, "dog", 40, 20);
        await DeleteAsync(ours, 3, 41);
        await ours.CallAsync(new { operation = "delete_audit_logs_before", schema = "data", table = "dog", timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 1000 });
        await original.StartAgainAsync();
        await EqualAsync(57);
        await CrossAsync(100);
    }

    /// <summary>Rule 15: an original that sees no leader in us asks from a minute before its own time.</summary>
    private async Task ClockAsync(OriginalNode original, HostProcess ours)
    {
        await original.KillAsync();
        await MixedCluster.InsertAsync(ours, "dog", 200, 20);
        await DeleteAsync(ours, 4);
        original.ClockAhead = TimeSpan.FromMinutes(10);
        await original.StartAgainAsync();
        await EqualAsync(78);
    }

    private async Task DisksAsync(OriginalNode original, HostProcess ours)
    {
        await original.StopAsync();
        original.ClockAhead = TimeSpan.Zero;
        TemporaryFolder.CopyAll(original.Root, _kept.Below("original"));
        await original.StartAgainAsync();
        await _cluster.UntilMeshedAsync("system", "data");
        await MixedCluster.InsertAsync(original, "dog", 300, 5);
        await MixedCluster.InsertAsync(ours, "dog", 305, 5);
        await DeleteAsync(ours, 5, 6);
        await EqualAsync(86);
        await SetBackAsync(original, "original");
        await EqualAsync(86);

        await original.KillAsync();
        original.LoseDisk();
        await original.StartAgainAsync();
        await MixedCluster.IntroduceAsync(original, ours);
        await _cluster.UntilMeshedAsync("system", "data");
        await EqualAsync(86);
        await CrossAsync(400);

        await ours.KillAsync();
        Directory.Delete(ours.Root, recursive: true);
        await ours.StartAgainAsync();
        await MixedCluster.IntroduceAsync(ours, original);
        await EqualAsync(88);
        await CrossAsync(500);
    }

    private static Task DeleteAsync(NodeProcess node, params int[] ids) => node.CallAsync(new { operation = "delete", database = "data", table = "dog", ids });

    private async Task SetBackAsync(NodeProcess node, string kept)
    {
        await node.StopAsync();
        Directory.Delete(node.Root, recursive: true);
        TemporaryFolder.CopyAll(_kept.Below(kept), node.Root);
        await node.StartAgainAsync();
    }

    private async Task CrossAsync(int id)
    {
        foreach (var node in _cluster.Nodes) await MixedCluster.InsertAsync(node, "dog", id++);
        foreach (var node in _cluster.Nodes)
            for (var i = 1; i <= _cluster.Nodes.Count; i++) await _cluster.UntilHasAsync(node, "dog", id - i);
    }

    private async Task EqualAsync(int rows)
    {
        var (left, right) = ("", "");
        await _cluster.UntilAsync($"both hold the same {rows} rows", async () =>
        {
            (left, right) = (await MixedCluster.RowsAsync(_cluster.Nodes[0], "dog"), await MixedCluster.RowsAsync(_cluster.Nodes[1], "dog"));
            return left == right && left.Count(each => each == '\n') == rows;
        }, () => Task.FromResult($"{left}\n---\n{right}"));
    }
}
