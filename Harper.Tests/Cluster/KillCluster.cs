using System.Collections.Concurrent;
using System.Net.Sockets;
using Harper.Host.Demo;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Three node processes with static routes, and clients that remember what was acknowledged.</summary>
internal sealed class KillCluster : IAsyncDisposable
{
    private static readonly string[] All = ["*"];
    private readonly string _folder = Directory.CreateTempSubdirectory("harper-kill-").FullName;
    private readonly ConcurrentDictionary<string, byte> _acknowledged = new();
    private readonly HashSet<string> _confirmed = [];
    private CancellationTokenSource _stop = new();
    private int _batch;

    public KillCluster(string prefix)
    {
        string[] addresses = [.. Enumerable.Range(2, 3).Select(i => $"{prefix}.{i}")];
        Nodes = [.. addresses.Select((address, i) => new DemoNode($"n{i}", address, _folder, "Abc1234!", new Dictionary<string, string>
        {
            ["REPLICATION_ROUTES"] = $"[{string.Join(',', addresses.Where(other => other != address).Select(other => $"\"{other}\""))}]",
        }))];
        Wait.Witness(this, () => DemoNodes.StateAsync(Nodes));
    }

    public IReadOnlyList<DemoNode> Nodes { get; }

    public int Acknowledged => _acknowledged.Count;

    public async Task StartAsync()
    {
        foreach (var node in Nodes) node.Start();
        await Task.WhenAll(Nodes.Select(node => node.WaitUntilAnsweringAsync(CancellationToken.None)));
        await Nodes[0].RunAsync(new { operation = "create_table", database = "kill", table = "rows", primary_key = "id" }, default);
        await UntilAsync("the table is everywhere", async () =>
        {
            foreach (var node in Nodes)
            {
                var all = await node.RunAsync(new { operation = "describe_all" }, default);
                if (!all.TryGetProperty("kill", out var tables) || !tables.TryGetProperty("rows", out _)) return false;
            }

            return true;
        });
    }

    /// <summary>One client per node, each waiting for its acknowledgement before the next batch. What a dying node did not answer is not acknowledged.</summary>
    public Task[] StartWriting()
    {
        _stop = new CancellationTokenSource();
        return [.. Nodes.Select(node => Task.Run(() => WriteAsync(node, _stop.Token)))];
    }

    public async Task StopWritingAsync(Task[] writers)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    public Task WaitForAcknowledgedAsync(int more)
    {
        var goal = Acknowledged + more;
        return UntilAsync($"{more} more rows are acknowledged", () => Task.FromResult(Acknowledged >= goal));
    }

    public async Task AssertEqualAsync(int round)
    {
        // Counts are cheap and digests are not: the latter are taken once the former say that it is worth it.
        await UntilAsync($"all digests are equal after round {round}", async () =>
        {
            var counts = await Task.WhenAll(Nodes.Select(CountAsync));
            if (counts.Distinct().Count() > 1) return false;
            var digests = await Task.WhenAll(Nodes.Select(DigestAsync));
            return digests.Distinct().Count() == 1;
        });
        string[] added = [.. _acknowledged.Keys.Where(_confirmed.Add)];
        foreach (var node in Nodes)
            foreach (var ids in added.Chunk(1000))
            {
                var found = await node.RunAsync(new { operation = "search_by_id", database = "kill", table = "rows", ids, get_attributes = All }, default);
                Assert.Equal(ids.Length, found.GetArrayLength());
            }
    }

    public async ValueTask DisposeAsync()
    {
        Wait.Forget(this);
        await Task.WhenAll(Nodes.Select(node => node.StopAsync()));
        foreach (var node in Nodes) node.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<string> DigestAsync(DemoNode node)
    {
        var digest = await node.RunAsync(new { operation = "table_digest", database = "kill", table = "rows" }, default);
        return digest.GetProperty("digest").GetString()!;
    }

    private static async Task<long> CountAsync(DemoNode node)
    {
        var table = await node.RunAsync(new { operation = "describe_table", database = "kill", table = "rows" }, default);
        return table.GetProperty("record_count").GetInt64();
    }

    private static Task UntilAsync(string what, Func<Task<bool>> condition) =>
        Wait.UntilAsync(condition, what, seconds: 180);

    private async Task WriteAsync(DemoNode node, CancellationToken stop)
    {
        // Load, not saturation: the kills are what is tested. Who finds the node down tries again at the same pace.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (await pace.WaitForNextTickAsync(CancellationToken.None) && !stop.IsCancellationRequested)
        {
            var batch = Interlocked.Increment(ref _batch);
            string[] ids = [.. Enumerable.Range(0, 20).Select(i => $"{batch:000000}-{i:00}")];
            try
            {
                var records = ids.Select(id => new { id, node = node.Name, batch, text = $"row {id} — ünïcode" });
                await node.RunAsync(new { operation = "insert", database = "kill", table = "rows", records }, CancellationToken.None);
                foreach (var id in ids) _acknowledged.TryAdd(id, 0);
            }
            catch (Exception lost) when (lost is HttpRequestException or DemoFailure or TaskCanceledException or SocketException)
            {
                // The node is down: nothing of this batch is acknowledged. One that is killed between the connection and the request is told by the socket itself.
            }
        }
    }
}
