using System.Diagnostics;
using System.Text.Json;

namespace Harper.Host.Demo;

/// <summary>What one node looked like at one moment of the load.</summary>
/// <param name="LagMs">How far this node is behind the peer it is furthest behind.</param>
/// <param name="Bytes">Bytes received from peers so far.</param>
internal sealed record NodeProgress(string Node, bool Running, long Rows, double RowsPerSecond, double LagMs, long Bytes);

/// <summary>Watches the nodes while something happens, a few times a second.</summary>
internal sealed class DemoProgress(DemoCluster cluster)
{
    private readonly Dictionary<string, (long Rows, long At)> _before = [];

    public async Task<IReadOnlyList<NodeProgress>> SampleAsync(CancellationToken cancellation) =>
        await Task.WhenAll(cluster.Nodes.Select(node => SampleAsync(node, cancellation)));

    private async Task<NodeProgress> SampleAsync(DemoNode node, CancellationToken cancellation)
    {
        if (!node.IsRunning) return new NodeProgress(node.Name, false, 0, 0, 0, 0);
        try
        {
            var rows = await DemoCluster.CountAsync(node, exact: false, cancellation);
            var status = await node.RunAsync(new { operation = "cluster_status" }, cancellation);
            var sockets = status.GetProperty("connections").EnumerateArray()
                .SelectMany(connection => connection.GetProperty("database_sockets").EnumerateArray()).ToList();
            var lag = sockets.Select(socket => Number(socket, "lagMs")).DefaultIfEmpty(0).Max();
            return new NodeProgress(node.Name, true, rows, Rate(node.Name, rows), lag, (long)sockets.Sum(socket => Number(socket, "bytesReceived")));
        }
        catch (Exception error) when (error is DemoFailure or HttpRequestException)
        {
            return new NodeProgress(node.Name, false, 0, 0, 0, 0);
        }
    }

    private double Rate(string node, long rows)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_before)
        {
            var rate = _before.TryGetValue(node, out var before) && now > before.At
                ? Math.Max(0, rows - before.Rows) / Stopwatch.GetElapsedTime(before.At, now).TotalSeconds
                : 0;
            _before[node] = (rows, now);
            return rate;
        }
    }

    private static double Number(JsonElement socket, string name) =>
        socket.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
