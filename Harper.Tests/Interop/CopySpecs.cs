using System.Text.Json;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>
/// Proves R-SYN-01, 03, 04, 08, 09, 10, 13 and rules 14, 15, 21, 22 with an original at the other end: 20,000 rows each way with writes meanwhile, kills of either in the middle of
/// the copy, deletes that stay deleted, memory that stays flat, and catching up after a kill of either.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class CopySpecs : IAsyncDisposable
{
    private static readonly int Rows = LongRun.Scale(20_000, 200_000);
    private readonly MixedCluster _cluster = new("127.0.70");
    private readonly CuttableLinks _links = new();
    private int _next;

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _links.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_joiner_should_copy_take_what_is_written_meanwhile_and_catch_up_after_kills(bool fromOriginal)
    {
        var original = _cluster.Original(fromOriginal ? 1 : 3, [], _cluster.Behind(fromOriginal ? 1 : 3));
        var ours = _cluster.Ours(fromOriginal ? 2 : 4, [], _cluster.Behind(fromOriginal ? 2 : 4));
        foreach (var node in _cluster.Nodes) _links.Open(node.Address);
        var (source, joiner) = fromOriginal ? ((NodeProcess)original, (NodeProcess)ours) : (ours, original);
        await _cluster.StartAsync();
        await source.CallAsync(new
        {
            operation = "create_table", database = "copied", table = "rows", primary_key = "id",
            attributes = new object[] { new { name = "id", is_primary_key = true }, new { name = "n" }, new { name = "text" } },
        });
        while (_next < Rows) await WriteAsync(source, 2_000);
        await DeleteAsync(source, from: 100, count: 300);

        // The joiner has rows of its own: one that the source deleted afterwards, and one that is newer.
        await joiner.CallAsync(new { operation = "create_table", database = "copied", table = "rows", primary_key = "id", attributes = new object[] { new { name = "id", is_primary_key = true }, new { name = "n" }, new { name = "text" } } });
        await joiner.CallAsync(new { operation = "insert", database = "copied", table = "rows", records = new[] { new { id = 500, n = -1, text = "deleted after" }, new { id = 700, n = -2, text = "newer" } } });
        await DeleteAsync(source, from: 500, count: 1);

        // R-SYN-09: whoever copies is killed in the middle of it, and whoever is copied from in the middle of the next.
        _links.HoldAfter(600_000);
        await joiner.CallAsync(new { operation = "add_node", url = CuttableLinks.UrlOf(source.Address), authorization = new { username = "admin", password = "Abc1234!" } });
        await _cluster.UntilAsync("the copy is in its middle", () => Task.FromResult(_links.IsHeld));
        await joiner.KillAsync();
        _links.Release();
        await DeleteAsync(source, from: 1_000, count: 50);
        _links.HoldAfter(1_000_000);
        await joiner.StartAgainAsync();
        await _cluster.UntilAsync("the next copy is in its middle", () => Task.FromResult(_links.IsHeld));
        for (var batch = 0; batch < 5; batch++) await WriteAsync(source, 100);
        await DeleteAsync(source, from: 1_050, count: 50);
        await source.KillAsync();
        _links.Release();
        await source.StartAgainAsync();
        await EqualAsync(_next - 401);
        var peak = PeakMemory(ours);
        Assert.Null(await MixedCluster.ReadAsync(original, "copied", "rows", 500));
        Assert.Equal("newer", (await MixedCluster.ReadAsync(original, "copied", "rows", 700))!.Value.GetProperty("text").GetString());

        await ours.KillAsync();
        await WriteAsync(original, 200);
        await ours.StartAgainAsync();
        await EqualAsync(_next - 401);

        // Under load: it gets back what it never confirmed.
        var before = _next - 401;
        var load = Task.Run(async () =>
        {
            for (var batch = 0; batch < 20; batch++) await WriteAsync(ours, 100);
        });
        await _cluster.UntilAsync("some of the load is there", async () => await MixedCluster.CountAsync(original, "copied", "rows") > before);
        await original.KillAsync();
        await load;
        await original.StartAgainAsync();
        await EqualAsync(_next - 401);

        // A restart of ours asks for nothing again once a position is known.
        await WriteAsync(original, 1);
        await EqualAsync(_next - 401);
        await ours.StopAsync();
        await ours.StartAgainAsync();
        await WriteAsync(original, 1);
        await EqualAsync(_next - 401);
        Assert.Equal(0, await CopiedBytesAsync(ours));
        Assert.DoesNotContain("cannot read", ours.Output, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Rows} rows copied {(fromOriginal ? "from" : "to")} an original: this node took {peak:0} MB at most");
        Assert.InRange(peak, 1, 400);
    }


    /// <summary>The most memory that a node took since its last start, in MB.</summary>
    private static double PeakMemory(NodeProcess node)
    {
        var line = File.ReadLines($"/proc/{node.Id}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1024;
    }

    private Task WriteAsync(NodeProcess node, int count)
    {
        var first = Interlocked.Add(ref _next, count) - count;
        var records = Enumerable.Range(first, count).Select(id => new { id, n = id * 3, text = $"row {id} of {node.Address} ".PadRight(80, '.') });
        return node.CallAsync(new { operation = "insert", database = "copied", table = "rows", records });
    }

    private static Task DeleteAsync(NodeProcess node, int from, int count) =>
        node.CallAsync(new { operation = "delete", database = "copied", table = "rows", ids = Enumerable.Range(from, count) });

    /// <summary>Both come to hold as many rows as are expected, and the same: a row that is newer on one side is on its way when the numbers are equal already.</summary>
    private async Task EqualAsync(int expected)
    {
        await _cluster.UntilAsync($"both hold the same {expected} rows", async () =>
        {
            foreach (var node in _cluster.Nodes)
                if (await MixedCluster.CountAsync(node, "copied", "rows") != expected) return false;
            var all = await AllAsync();
            return all[0].Count == expected && all[0].SequenceEqual(all[1]);
        }, async () => Differences(await AllAsync()), 150);
    }

    private Task<List<string>[]> AllAsync() => Task.WhenAll(_cluster.Nodes.Select(AllAsync));

    /// <summary>How many rows each holds, and a few that only one of them does.</summary>
    private static string Differences(List<string>[] all) =>
        string.Join('\n', [.. all.Select(rows => $"{rows.Count} rows"), .. all[0].Except(all[1]).Take(3), .. all[1].Except(all[0]).Take(3)]);

    private static async Task<List<string>> AllAsync(NodeProcess node)
    {
        var rows = await node.CallAsync(new { operation = "search_by_value", database = "copied", table = "rows", search_attribute = "id", search_value = "*", get_attributes = new[] { "id", "n", "text" } });
        return [.. rows.EnumerateArray().Select(row => $"{row.GetProperty("id")} {row.GetProperty("n")} {row.GetProperty("text")}").Order(StringComparer.Ordinal)];
    }

    private static async Task<long> CopiedBytesAsync(NodeProcess node)
    {
        var status = await node.CallAsync(new { operation = "cluster_status" });
        return status.GetProperty("connections").EnumerateArray().SelectMany(connection => connection.GetProperty("database_sockets").EnumerateArray())
            .Where(socket => socket.GetProperty("database").GetString() == "copied")
            .Sum(socket => socket.TryGetProperty("copiedBytesReceived", out var bytes) ? bytes.GetInt64() : 0);
    }
}
