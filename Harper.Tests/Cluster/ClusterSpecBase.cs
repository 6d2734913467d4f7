using Harper.Core.Identity;
using Harper.Core.Verification;
using Harper.Tests.Support;

namespace Harper.Tests.Cluster;

/// <summary>Specs with whole nodes of ours in this process, over a network in memory unless they say otherwise: what they start ends with them.</summary>
public abstract class ClusterSpecBase : IAsyncDisposable
{
    protected static readonly object Credentials = new { username = ClusterNode.Administrator, password = ClusterNode.Password };

    protected InMemoryTransport Network { get; } = new();

    /// <summary>In the order of their first start.</summary>
    protected List<ClusterNode> Nodes { get; } = [];

    public virtual async ValueTask DisposeAsync()
    {
        if (Environment.GetEnvironmentVariable("HARPER_SPEC_DUMP") is not null)
            foreach (var node in Nodes) Console.WriteLine($"{node.Name}: {await node.StateAsync()}");
        foreach (var node in Nodes) await node.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<ClusterNode> StartAsync(ClusterNodeOptions options)
    {
        var node = await ClusterNode.StartAsync(options);
        Nodes.Add(node);
        return node;
    }

    /// <summary>The same node over the same stores, in its place; it may have ended before.</summary>
    protected async Task<ClusterNode> RestartAsync(ClusterNode node)
    {
        await node.DisposeAsync();
        return Nodes[Nodes.IndexOf(node)] = await node.StartAgainAsync();
    }

    /// <summary>All nodes come to hold the same rows of a table of <c>data</c>.</summary>
    protected Task SameAsync(string table = "dog") => Wait.UntilAsync(() => Nodes.Select(node => Digest(node, table)).Distinct().Count() == 1, "all nodes hold the same rows");

    private static string Digest(ClusterNode node, string table)
    {
        using var view = node.Databases.Find(DatabaseName.Data)!.OpenView();
        return view.Catalog.Find(new TableName(table)) is { } found ? TableDigest.Of(view, found, DigestForm.Full).Sha256 : "";
    }
}
