using System.Globalization;
using System.Text;
using System.Text.Json;
using Harper.Host.Demo;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Node processes that know each other by routes, loaded with many rows, and watched: what copies took, what memory, how quickly they answered.</summary>
internal sealed class CopyCluster : IAsyncDisposable
{
    /// <summary>Three processes and a client on two cores are given time, whatever a spec thinks that it needs.</summary>
    private const int LeastPatience = 180;

    private readonly string _folder = Directory.CreateTempSubdirectory("harper-copy-").FullName;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(120) };
    private readonly string _filler;

    public CopyCluster(string prefix, int nodes)
    {
        string[] addresses = [.. Enumerable.Range(2, nodes).Select(i => $"{prefix}.{i}")];
        Nodes = [.. addresses.Select((address, i) => new DemoNode($"n{i}", address, _folder, "Abc1234!", new Dictionary<string, string>
        {
            ["REPLICATION_ROUTES"] = $"[{string.Join(',', addresses.Where(other => other != address).Select(other => $"\"{other}\""))}]",
        }))];

        // What does not compress, so that bytes are bytes.
        var random = new byte[1 << 20];
        new Random(7).NextBytes(random);
        _filler = Convert.ToBase64String(random);
        Wait.Witness(this, () => DemoNodes.StateAsync(Nodes));
        _client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{DemoNode.User}:Abc1234!")));
    }

    public IReadOnlyList<DemoNode> Nodes { get; }

    public string FolderOf(DemoNode node) => Path.Combine(_folder, node.Name, "hdb");

    public async Task StartAsync(params DemoNode[] nodes)
    {
        foreach (var node in nodes) node.Start();
        foreach (var node in nodes) await node.WaitUntilAnsweringAsync(CancellationToken.None);
    }

    public static Task CreateTableAsync(DemoNode node) =>
        node.RunAsync(new { operation = "create_table", database = "copied", table = "rows", primary_key = "id" }, default);

    /// <summary>Rows of about so many bytes, a megabyte of them at a time, over a few connections.</summary>
    public async Task LoadAsync(DemoNode node, int first, int count, int bytes)
    {
        var batch = Math.Clamp(1_000_000 / bytes, 1, 1000);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (count + batch - 1) / batch), new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (number, stop) =>
            {
                var body = new StringBuilder("{\"operation\":\"insert\",\"database\":\"copied\",\"table\":\"rows\",\"records\":[");
                var end = Math.Min(count, (number + 1) * batch);
                for (var i = number * batch; i < end; i++) Record(body, first + i, bytes).Append(i == end - 1 ? ']' : ',');
                await PostAsync(node, body.Append('}').ToString(), stop);
            });
    }

    public async Task<JsonElement> PostAsync(DemoNode node, string body, CancellationToken stop = default)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync($"http://{node.Address}:9925/", content, stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        Assert.True(answer.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public async Task<int> StatusOfAsync(DemoNode node, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync($"http://{node.Address}:9925/", content);
        return (int)answer.StatusCode;
    }

    public static async Task<long> CountAsync(DemoNode node)
    {
        var all = await node.RunAsync(new { operation = "describe_all" }, default);
        return all.TryGetProperty("copied", out var tables) && tables.TryGetProperty("rows", out var rows) ? rows.GetProperty("record_count").GetInt64() : -1;
    }

    public static async Task<string> DigestAsync(DemoNode node)
    {
        if (await CountAsync(node) < 0) return $"no table on {node.Name}";
        return (await node.RunAsync(new { operation = "table_digest", database = "copied", table = "rows" }, default)).GetProperty("digest").GetString()!;
    }

    public static Task WaitUntilEqualAsync(int seconds, params DemoNode[] nodes) => UntilAsync("all digests are equal", seconds, async () =>
    {
        if ((await Task.WhenAll(nodes.Select(CountAsync))).Distinct().Count() > 1) return false;
        return (await Task.WhenAll(nodes.Select(DigestAsync))).Distinct().Count() == 1;
    });

    /// <summary>What a node's status says of the database and a peer; null before it knows the peer.</summary>
    public static async Task<JsonElement?> SocketAsync(DemoNode node, DemoNode peer)
    {
        var status = await node.RunAsync(new { operation = "cluster_status" }, default);
        foreach (var connection in status.GetProperty("connections").EnumerateArray())
            if (connection.GetProperty("name").GetString() == peer.Address)
                foreach (var socket in connection.GetProperty("database_sockets").EnumerateArray())
                    if (socket.GetProperty("database").GetString() == "copied") return socket;
        return null;
    }

    public static long Figure(JsonElement? socket, string name) =>
        socket is { } found && found.TryGetProperty(name, out var figure) ? figure.GetInt64() : 0;

    /// <summary>Rows and bytes that the copy under way has brought; zeros when none is.</summary>
    public static async Task<(long Rows, long Bytes)> ProgressAsync(DemoNode node, DemoNode source) =>
        await SocketAsync(node, source) is { } socket && socket.TryGetProperty("copyProgress", out var copy)
            ? (Figure(copy, "records"), Figure(copy, "bytes")) : default;

    /// <summary>The most memory that the process ever took, in MB.</summary>
    public static double PeakMemory(DemoNode node)
    {
        var line = File.ReadLines($"/proc/{node.ProcessId}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>From now on the most counts anew.</summary>
    public static void ForgetPeakMemory(DemoNode node) => File.WriteAllText($"/proc/{node.ProcessId}/clear_refs", "5");

    public static Task UntilAsync(string what, int seconds, Func<Task<bool>> condition) =>
        Wait.UntilAsync(condition, what, Math.Max(seconds, LeastPatience));

    public async ValueTask DisposeAsync()
    {
        Wait.Forget(this);
        await Task.WhenAll(Nodes.Select(node => node.KillAsync()));
        foreach (var node in Nodes) node.Dispose();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private StringBuilder Record(StringBuilder to, int id, int bytes)
    {
        to.Append(CultureInfo.InvariantCulture, $"{{\"id\":\"{id:000000000}\",\"rank\":{id % 1000},\"group\":{id % 7},\"text\":\"");
        for (var left = bytes; left > 0; left -= 100_000)
            to.Append(_filler, (int)((uint)id * 7919u % 1_000_000), Math.Min(left, 100_000));
        return to.Append("\"}");
    }
}
