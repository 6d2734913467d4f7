using Harper.Host.Demo;

namespace Harper.Tests.Cluster;

/// <summary>What specs about the demonstration's nodes share.</summary>
internal static class DemoNodes
{
    /// <summary>What every node says of the cluster, and what it said last: for a wait that is in vain.</summary>
    public static async Task<string> StateAsync(IEnumerable<DemoNode> nodes)
    {
        var state = new List<string>();
        foreach (var node in nodes)
        {
            var status = node.IsRunning ? (await node.RunAsync(new { operation = "cluster_status" }, default)).GetRawText() : "not running";
            var lines = File.Exists(node.LogFile) ? File.ReadLines(node.LogFile).TakeLast(20) : [];
            state.Add($"{node.Name} {node.Address}: {status}\n{string.Join('\n', lines)}");
        }

        return string.Join('\n', state);
    }
}
