using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Harper.Host.Demo;

/// <summary>The three nodes of the demonstration and what can be seen of them from outside.</summary>
internal sealed class DemoCluster : IAsyncDisposable
{
    public const string Database = "demo";
    public const string Table = "airport";

    private static readonly int[] Ports = [9925, 9926, 9933];
    private static readonly string[] All = ["*"];
    private static readonly string[] Names = ["one", "two", "three"];

    public DemoCluster(string folder)
    {
        var password = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6)).ToLower(CultureInfo.InvariantCulture);
        Nodes = [.. Names.Select((name, i) => new DemoNode(name, $"127.0.0.{i + 2}", folder, password))];
    }

    public IReadOnlyList<DemoNode> Nodes { get; }

    public DemoNode One => Nodes[0];

    public DemoNode Two => Nodes[1];

    public DemoNode Three => Nodes[2];

    /// <summary>Says before anything is started whether an address is taken.</summary>
    public void CheckPorts()
    {
        foreach (var node in Nodes)
            foreach (var port in Ports)
            {
                try
                {
                    using var listener = new TcpListener(IPAddress.Parse(node.Address), port);
                    listener.Start();
                }
                catch (SocketException)
                {
                    throw new DemoFailure($"{node.Address}:{port} is in use; stop what listens there (another demonstration?) and try again");
                }
            }
    }

    /// <summary>Introduces one node to another; everything else is gossip.</summary>
    public static Task IntroduceAsync(DemoNode joiner, DemoNode member, CancellationToken cancellation) => joiner.RunAsync(new
    {
        operation = "add_node",
        url = $"ws://{member.Address}:9933",
        authorization = new { username = DemoNode.User, password = member.Password },
    }, cancellation);

    /// <summary>Whether every running node is connected to all the others, for every database.</summary>
    public async Task<bool> IsMeshedAsync(CancellationToken cancellation)
    {
        foreach (var node in Nodes.Where(node => node.IsRunning))
        {
            var status = await node.RunAsync(new { operation = "cluster_status" }, cancellation);
            var connected = status.GetProperty("connections").EnumerateArray().Count(connection =>
                connection.GetProperty("database_sockets") is { ValueKind: JsonValueKind.Array } sockets && sockets.GetArrayLength() > 0
                && sockets.EnumerateArray().All(socket => socket.GetProperty("connected").GetBoolean()));
            if (connected < Nodes.Count(other => other.IsRunning) - 1) return false;
        }

        return true;
    }

    /// <summary>Rows that a node holds, counted or from its own statistics; 0 while it does not know the table.</summary>
    public static async Task<long> CountAsync(DemoNode node, bool exact, CancellationToken cancellation)
    {
        try
        {
            var table = await node.RunAsync(new { operation = "describe_table", database = Database, table = Table, exact_count = exact }, cancellation);
            return table.TryGetProperty("record_count", out var count) ? count.GetInt64() : 0;
        }
        catch (DemoFailure)
        {
            return 0;
        }
    }

    public static async Task<string> DigestAsync(DemoNode node, CancellationToken cancellation)
    {
        var digest = await node.RunAsync(new { operation = "table_digest", database = Database, table = Table }, cancellation);
        return digest.GetProperty("digest").GetString()!;
    }

    public static async Task<JsonElement?> ReadAsync(DemoNode node, string key, CancellationToken cancellation)
    {
        var rows = await node.RunAsync(new { operation = "search_by_id", database = Database, table = Table, ids = new[] { key }, get_attributes = All }, cancellation);
        return rows.GetArrayLength() == 0 ? null : rows[0];
    }

    public static Task WriteAsync(DemoNode node, string operation, object[] records, CancellationToken cancellation) =>
        node.RunAsync(new { operation, database = Database, table = Table, records }, cancellation);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.StopAsync()));
        foreach (var node in Nodes) node.Dispose();
    }
}
