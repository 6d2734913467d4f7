using Harper.Actors.Admin;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// The control plane between whole nodes over real Kestrel listeners. Proves architecture 7: it follows the data plane's knowledge, shows other nodes' actors,
/// and when a member is gone nothing stops.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class ControlPlaneSpecs : ClusterSpecBase
{
    private static readonly TimeSpan Deadline = Wait.Deadline;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_that_meet_should_see_each_others_actors_and_go_on_when_one_is_gone()
    {
        var (a, b, c) = (await StartAsync(1), await StartAsync(2), await StartAsync(3));
        Assert.Equal("alone", (await ControlAsync(a)).State);
        await b.CallAsync(new { operation = "add_node", url = a.Url, authorization = Credentials });
        await c.CallAsync(new { operation = "add_node", url = b.Url, authorization = Credentials });
        foreach (var node in Nodes) await MembersAsync(node, a, b, c);

        var seen = await a.Running.Admin.FindOnAsync(new NodeName(c.Name), "node/databases/system", Deadline, Cancellation);
        Assert.Equal("node/databases/system", seen!.Path);
        Assert.Contains(seen.Children, child => child.Path == "node/databases/system/commit" && child.Figures.Any(figure => figure is { Key: "groups", Value: long }));
        Assert.Null(await a.Running.Admin.FindOnAsync(new NodeName(c.Name), "node/nobody", Deadline, Cancellation));
        var stranger = await Assert.ThrowsAsync<OperationError>(() => a.Running.Admin.FindOnAsync(new NodeName("127.0.0.250"), "node", Deadline, Cancellation));
        Assert.Equal(404, stranger.Status);

        await b.DisposeAsync();
        await c.InsertAsync("dog", 1, "while the second is away");
        await Wait.UntilAsync(() => a.Has("dog", 1), "data flows all the same");
        Assert.Equal(503, (await Assert.ThrowsAsync<OperationError>(() =>
            a.Running.Admin.FindOnAsync(new NodeName(b.Name), "node", TimeSpan.FromSeconds(1), Cancellation))).Status);
        await MembersAsync(a, a, b, c);
    }

    [Fact]
    public async Task A_node_without_a_control_plane_should_say_so()
    {
        var node = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.131.9") { Network = new InMemoryTransport() });
        Nodes.Add(node);
        await Assert.ThrowsAsync<OperationError>(() => node.Running.Admin.FindOnAsync(new NodeName("127.0.131.1"), "node", Deadline, Cancellation));
        Assert.Null(await node.Running.Admin.FindAsync("node/control", Deadline, Cancellation));
    }

    private static async Task<ActorTree> ControlAsync(ClusterNode node) =>
        await node.Running.Admin.FindAsync("node/control", Deadline, Cancellation) ?? throw new InvalidOperationException("no control actor");

    private static Task MembersAsync(ClusterNode node, params ClusterNode[] members)
    {
        var expected = string.Join(", ", members.Select(member => member.Name));
        return Wait.UntilAsync(
            async () => (await ControlAsync(node)).Figures.Any(figure => figure.Key == "members" && (string?)figure.Value == expected),
            $"{node.Name} has the members {expected}", seconds: 90);
    }

    private Task<ClusterNode> StartAsync(int number) =>
        StartAsync(new ClusterNodeOptions($"127.0.130.{number}") { WithControlPlane = true });
}
