using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Proves rule 16 and R-SYN-13 with processes: a node whose disk was set back gets its own writes from its peers before it takes new ones.</summary>
[Collection(ProcessCollection.Name)]
public sealed class OwnWritesSpecs : IAsyncDisposable
{
    private const string Table = "dog";
    private static readonly string[] All = ["*"];
    private readonly TemporaryFolder _folder = new();
    private readonly HostProcess _node = Node("127.0.52.1", "127.0.52.2");
    private readonly HostProcess _peer = Node("127.0.52.2", "127.0.52.1");

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _peer.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_older_copy_of_the_data_folder_should_lose_nothing_not_even_what_is_written_right_at_start()
    {
        await Task.WhenAll(_node.StartAndWaitAsync(), _peer.StartAndWaitAsync());
        await _node.CallAsync(new { operation = "create_table", table = Table, primary_key = "id" });
        await InsertAsync(_node, 1, 5);
        await UntilEqualAsync(5);
        await _node.StopAsync();
        TemporaryFolder.CopyAll(_node.Root, _folder.Below("old"));

        await _node.StartAgainAsync();
        await InsertAsync(_node, 6, 40);
        await _node.CallAsync(new { operation = "update", table = Table, records = new[] { new { id = 1, age = 2 } } });
        await UntilEqualAsync(40);
        await _node.StopAsync();
        Directory.Delete(_node.Root, recursive: true);
        TemporaryFolder.CopyAll(_folder.Below("old"), _node.Root);

        // Record 30 is in the peer's copy alone, and the peer does not answer yet: the update finds it only if it waits.
        _peer.Signal("STOP");
        await _node.StartAgainAsync();
        var updating = _node.CallAsync(new { operation = "update", table = Table, records = new[] { new { id = 30, age = 3 } } });
        Assert.Equal(5, (await RowsAsync(_node)).Length);
        _peer.Signal("CONT");
        var updated = await updating;
        Assert.Equal("[30]", updated.GetProperty("update_hashes").GetRawText());
        Assert.Contains("they are fetched back", _node.Output, StringComparison.Ordinal);
        await UntilEqualAsync(40);
        var rows = await _peer.CallAsync(new { operation = "search_by_id", table = Table, ids = new[] { 1, 30, 40 }, get_attributes = All });
        Assert.Equal([2, 3, 0], rows.EnumerateArray().Select(row => row.GetProperty("age").GetInt32()));
        var times = rows.EnumerateArray().Select(row => row.GetProperty("__updatedtime__").GetDouble()).ToArray();
        Assert.True(times[1] > times[0] && times[1] > times[2], "a version that peers had seen was used again");
        Assert.EndsWith($"Database 'data' holds everything that '{_node.Address}' had.\n", await ResyncAsync(), StringComparison.Ordinal);
    }

    /// <summary>Rule 23: the command follows the copy to its end.</summary>
    private async Task<string> ResyncAsync()
    {
        // Taking a new incarnation ends the connections, now or in a moment: the command says so until they are there again.
        var watch = Stopwatch.StartNew();
        while (true)
        {
            await Wait.UntilAsync(() => IsConnectedAsync(_peer), "the peer is connected");
            var (code, output, error) = await HarperCommand.RunAsync(_peer.Root, "resync", "data", "--from", _node.Address);
            if (code == 0) return output;
            if (watch.Elapsed.TotalSeconds > 60 || !error.Contains("there is no connection", StringComparison.Ordinal)) Assert.Fail($"{output}{error}");
        }
    }

    [Fact]
    public async Task Whoever_reaches_nobody_should_take_writes_after_five_seconds_and_say_so_and_answer_reads_meanwhile()
    {
        await _node.StartAndWaitAsync();
        await _node.CallAsync(new { operation = "create_table", table = Table, primary_key = "id" });
        // A database that is new has nothing that could be lost.
        Assert.False((await _node.CallAsync(new { operation = "cluster_status" })).TryGetProperty("waiting_writes", out _));
        await InsertAsync(_node, 1, 5);

        // Somebody listens and never says a word; whoever is down is waited for no longer than a second.
        using var silent = new TcpListener(IPAddress.Parse(_peer.Address), 9933);
        silent.Start();
        var rows = 5;
        do
        {
            Assert.True(rows < 15, "no start was quick enough to see writes that wait");
            await _node.StopAsync();
        }
        while (!await WaitsAsync(rows++));
        Assert.Contains("127.0.52.2 did not say whether own writes are lost here", _node.Output, StringComparison.Ordinal);
        Assert.False((await _node.CallAsync(new { operation = "cluster_status" })).TryGetProperty("waiting_writes", out _));
    }

    /// <summary>A write right after a start waits for the five seconds, which count from the opening of the database. False: they were over before anybody could look.</summary>
    private async Task<bool> WaitsAsync(int rows)
    {
        var watch = Stopwatch.StartNew();
        await _node.StartAgainAsync();
        var writing = InsertAsync(_node, rows + 1, rows + 1);
        Assert.Equal(rows, (await RowsAsync(_node)).Length);
        var status = await _node.CallAsync(new { operation = "cluster_status" });
        var waits = !writing.IsCompleted;
        var late = watch.Elapsed.TotalSeconds > 4.5;
        await writing;
        if (late) return false;
        Assert.True(waits && watch.Elapsed.TotalSeconds > 4.5, $"written after {watch.Elapsed.TotalSeconds} s");
        Assert.Equal("data", status.GetProperty("waiting_writes")[0].GetProperty("database").GetString());
        return true;
    }

    private static async Task<bool> IsConnectedAsync(HostProcess node) => (await node.CallAsync(new { operation = "cluster_status" }))
        .GetProperty("connections")[0].GetProperty("database_sockets").EnumerateArray()
        .Any(socket => socket.GetProperty("database").GetString() == "data" && socket.GetProperty("connected").GetBoolean());

    private static HostProcess Node(string address, string route) => new(address, ("REPLICATION_ROUTES", $"[\"{route}\"]"));

    private static async Task InsertAsync(HostProcess node, int first, int last) => await node.CallAsync(new
    {
        operation = "insert", table = Table, records = Enumerable.Range(first, last - first + 1).Select(id => new { id, age = 0 }),
    });

    private async Task UntilEqualAsync(int rows)
    {
        string[] left = [], right = [];
        await Wait.UntilAsync(async () =>
        {
            (left, right) = (await RowsAsync(_node), await RowsAsync(_peer));
            return left.Length == rows && left.SequenceEqual(right);
        }, $"both hold the same {rows} rows", seen: () => $"{left.Length} and {right.Length} rows");
    }

    private static async Task<string[]> RowsAsync(HostProcess node)
    {
        var (status, rows) = await node.RunAsync(new { operation = "search_by_value", table = Table, attribute = "id", value = "*", get_attributes = All });
        return status == 200 ? [.. rows.EnumerateArray().Select(row => row.GetRawText()).Order(StringComparer.Ordinal)] : [];
    }
}
