using System.Text.Json;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Processes of both kinds on one prefix of loopback addresses, and what every spec about them asks.</summary>
internal sealed class MixedCluster(string prefix) : IAsyncDisposable
{
    /// <summary>How long a wait may take: the machine may be busy, and an original stalls for seconds while it takes much in.</summary>
    public const int Patience = 120;

    private readonly List<NodeProcess> _nodes = [];

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    public string At(int last) => $"{prefix}.{last}";

    /// <summary>The setting with which a node names itself to others by where its links can be cut.</summary>
    public (string, string)[] Behind(int last) => [("REPLICATION_URL", CuttableLinks.UrlOf(At(last)))];

    public OriginalNode Original(int last, params int[] routes) => Original(last, routes, []);

    public OriginalNode Original(int last, int[] routes, params (string, string)[] settings) =>
        Keep(new OriginalNode(At(last), [.. Routes(routes), .. settings]));

    public HostProcess Ours(int last, params int[] routes) => Ours(last, routes, []);

    public HostProcess Ours(int last, int[] routes, params (string, string)[] settings) =>
        Keep(new HostProcess(At(last), [.. Routes(routes), .. settings]));

    public async Task StartAsync()
    {
        foreach (var node in _nodes) node.Start();
        foreach (var node in _nodes) await node.WaitUntilAnsweringAsync();
    }

    /// <summary>The one call that makes two nodes one cluster.</summary>
    public static Task<JsonElement> IntroduceAsync(NodeProcess who, NodeProcess target) => who.CallAsync(new
    {
        operation = "add_node", url = $"ws://{target.Address}:9933", authorization = new { username = "admin", password = "Abc1234!" },
    });

    /// <summary>Everybody sees everybody, connected for every database named; the cluster starts serving from there.</summary>
    public Task UntilMeshedAsync(params string[] databases) => UntilAsync("everybody is connected with everybody", async () =>
    {
        foreach (var node in _nodes)
            foreach (var other in _nodes.Where(other => other != node))
                if (!await ConnectedAsync(node, other, databases)) return false;
        return true;
    });

    /// <summary>What the status of a node says about another: every socket connected, those of the databases named among them.</summary>
    public static async Task<bool> ConnectedAsync(NodeProcess node, NodeProcess other, params string[] databases)
    {
        if (await SocketsAsync(node, other) is not { } sockets) return false;
        return databases.All(sockets.ContainsKey) && sockets.Count > 0 && sockets.Values.All(connected => connected);
    }

    public static async Task<Dictionary<string, bool>?> SocketsAsync(NodeProcess node, NodeProcess other)
    {
        var status = await node.CallAsync(new { operation = "cluster_status" });
        foreach (var connection in status.GetProperty("connections").EnumerateArray())
        {
            if (!connection.TryGetProperty("name", out var name) || name.GetString() != other.Address) continue;
            if (!connection.TryGetProperty("database_sockets", out var sockets)) return null;
            var found = new Dictionary<string, bool>();
            // An original keeps what it once had beside what it has: one that is connected counts.
            foreach (var socket in sockets.EnumerateArray())
            {
                var database = socket.GetProperty("database").GetString()!;
                found[database] = found.GetValueOrDefault(database) || (socket.TryGetProperty("connected", out var connected) && connected.GetBoolean());
            }

            return found;
        }

        return null;
    }

    public Task UntilAsync(string what, Func<Task<bool>> condition, int seconds = Patience) => UntilAsync(what, condition, () => Task.FromResult(string.Empty), seconds);

    /// <param name="detail">What to say beside the state of all nodes when it does not come true.</param>
    public Task UntilAsync(string what, Func<Task<bool>> condition, Func<Task<string>> detail, int seconds = Patience) =>
        Wait.UntilAsync(condition, $"{what} (nodes {prefix}.*)", seconds, ask: detail);

    /// <summary>A row can be read on a node, and an attribute of it says this.</summary>
    public Task UntilReadsAsync(NodeProcess node, string database, string table, object id, string attribute, object? value)
    {
        JsonElement? seen = null;
        return UntilAsync($"{node.Address} reads {table} {id}: {attribute} = {value}", async () =>
        {
            seen = await ReadAsync(node, database, table, id);
            return seen is { } row && row.TryGetProperty(attribute, out var found) && found.ToString() == Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
        }, () => Task.FromResult($"It reads {seen?.GetRawText() ?? "no such row"}"));
    }

    public static async Task<JsonElement?> ReadAsync(NodeProcess node, string database, string table, object id)
    {
        var (status, rows) = await node.RunAsync(new { operation = "search_by_id", database, table, ids = new[] { id }, get_attributes = new[] { "*" } });
        return status == 200 && rows.ValueKind == JsonValueKind.Array && rows.GetArrayLength() == 1 && rows[0].ValueKind == JsonValueKind.Object ? rows[0] : null;
    }

    /// <summary>Rows of a table, or -1 where the table is not there yet.</summary>
    public static async Task<long> CountAsync(NodeProcess node, string database, string table)
    {
        var (status, body) = await node.RunAsync(new { operation = "describe_table", database, table, exact_count = true });
        return status == 200 && body.TryGetProperty("record_count", out var count) ? count.GetInt64() : -1;
    }

    /// <summary>A table of any database, on every node.</summary>
    public async Task CreateTableAsync(NodeProcess on, string table, string database = "data")
    {
        await on.CallAsync(new { operation = "create_table", database, table, primary_key = "id" });
        foreach (var node in _nodes) await UntilAsync($"{node.Address} has {table}", async () => await CountAsync(node, database, table) >= 0);
    }

    public static Task InsertAsync(NodeProcess on, string table, int first, int count = 1) => on.CallAsync(new
    {
        operation = "insert", database = "data", table, records = Enumerable.Range(first, count).Select(id => new { id, name = $"row {id}" }),
    });

    public Task UntilHasAsync(NodeProcess node, string table, int id) => UntilReadsAsync(node, "data", table, id, "name", $"row {id}");

    public Task UntilCountsAsync(NodeProcess node, string table, long rows, int seconds = Patience) =>
        UntilAsync($"{node.Address} has {rows} rows of {table}", async () => await CountAsync(node, "data", table) == rows, seconds);

    /// <summary>A line for each row of a table of <c>data</c>: what specs write into it, whatever else the node adds.</summary>
    public static async Task<string> RowsAsync(NodeProcess node, string table, params string[] attributes)
    {
        string[] names = attributes.Length > 0 ? attributes : ["id", "name", "age"];
        var (status, rows) = await node.RunAsync(new { operation = "search_by_value", database = "data", table, search_attribute = "id", search_value = "*", get_attributes = new[] { "*" } });
        return status != 200 ? "" : string.Concat(rows.EnumerateArray()
            .Select(row => string.Join(' ', names.Select(name => row.TryGetProperty(name, out var value) ? value.GetRawText() : "null")) + '\n').Order(StringComparer.Ordinal));
    }

    /// <summary>One figure of all sockets that a node of ours dialled, summed up.</summary>
    public static async Task<long> FigureAsync(NodeProcess node, string figure)
    {
        var status = await node.CallAsync(new { operation = "cluster_status" });
        return status.GetProperty("connections").EnumerateArray().SelectMany(connection => connection.GetProperty("database_sockets").EnumerateArray())
            .Sum(socket => socket.TryGetProperty(figure, out var value) ? value.GetInt64() : 0);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));

    private T Keep<T>(T node) where T : NodeProcess
    {
        _nodes.Add(node);
        return node;
    }

    private (string, string)[] Routes(int[] routes) =>
        routes.Length == 0 ? [] : [("REPLICATION_ROUTES", $"[{string.Join(',', routes.Select(route => $"\"ws://{At(route)}:9933\""))}]")];
}
