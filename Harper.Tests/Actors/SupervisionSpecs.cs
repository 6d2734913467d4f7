using Akka.Actor;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Schema;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Every kind of actor killed once: what begins again, what stops, what ends the node. Proves the policies of SupervisionPolicies, invariant 7.</summary>
public sealed class SupervisionSpecs : HarperTestKit
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("node/certificates")]
    [InlineData("node/databases/data/log")]
    [InlineData("node/databases/data/tables")]
    [InlineData("node/databases/data/tables/dog")]
    [InlineData("node/membership")]
    [InlineData("node/peers")]
    [InlineData("node/control")]
    [InlineData("node/jobs")]
    public async Task What_reads_its_state_from_the_databases_should_begin_again(string path)
    {
        var node = await StartAsync();
        await KillAsync(path);
        await Wait.UntilAsync(async () => await RestartsAsync(node, path) == 1, $"{path} is restarted");
        Assert.Empty(Failures);
        Assert.IsType<CommitResult.Written>(await node.Databases.Find(DatabaseName.Data)!.CommitAsync(Write()));
    }

    [Fact]
    public async Task The_view_into_the_tree_should_begin_again()
    {
        var node = await StartAsync();
        await KillAsync("node/admin");
        await Wait.UntilAsync(async () => await RestartsAsync(node, "node/admin") == 1, "restarted");
    }

    [Theory]
    [InlineData("node/databases/data/commit")]
    [InlineData("node/databases/data")]
    [InlineData("node/databases")]
    public async Task Without_a_writer_there_should_be_no_node(string path)
    {
        var node = await StartAsync();
        var database = node.Databases.Find(DatabaseName.Data)!;
        await KillAsync(path);
        await Wait.UntilAsync(() => Failures.Count == 1, "the host is told why");
        await Wait.UntilAsync(() => node.Databases.All.Count == 0, "no database is offered any more");
        Assert.IsType<CommitResult.Rejected>(await database.CommitAsync(Write()).WaitAsync(Wait.Deadline, Cancellation));
        await Wait.UntilAsync(() => Engines["data"].Disposed, "the store is closed");
    }

    [Fact]
    public async Task A_feature_that_fails_again_and_again_should_end_the_node_and_the_reason_be_told()
    {
        await StartAsync();
        for (var i = 0; i < 11; i++) await KillAsync("node/membership");
        await Wait.UntilAsync(() => Failures is [var reason] && reason.Contains("membership"), "the host is told why");
    }

    [Fact]
    public async Task A_node_should_do_without_the_control_plane_when_that_fails_again_and_again()
    {
        var node = await StartAsync();
        for (var i = 0; i < 11; i++) await KillAsync("node/control");
        await Wait.UntilAsync(async () => await node.Admin.FindAsync("node/control", Wait.Deadline, Cancellation) is null, "gone");
        Assert.Empty(Failures);
        Assert.IsType<CommitResult.Written>(await node.Databases.Find(DatabaseName.Data)!.CommitAsync(Write()));
    }

    [Fact]
    public async Task Features_should_end_before_the_databases_do()
    {
        var node = await StartAsync();
        var ended = new List<string>();
        Sys.EventStream.Subscribe(Sys.ActorOf(Props.Create(() => new Recorder(ended))), typeof(ActorEvent));
        Assert.True(await node.DrainAsync(Wait.Deadline));
        await Wait.UntilAsync(() => { lock (ended) return ended.Contains("node/databases"); }, "databases ended");
        lock (ended)
        {
            foreach (var feature in new[] { "node/peers", "node/membership", "node/jobs", "node/control" })
                Assert.True(ended.IndexOf(feature) < ended.IndexOf("node/databases/data/commit"), feature);
        }
    }

    private async Task<RunningNode> StartAsync()
    {
        var children = new NodeChildren
        {
            Certificates = _ => Props.Create(() => new Feature()),
            Membership = _ => Props.Create(() => new Feature()),
            Peers = (_, _) => Props.Create(() => new Feature()),
            Control = _ => Props.Create(() => new Feature()),
        };
        var node = await RunningNode.StartAsync(Sys, ScriptedServices(), children, Cancellation);
        var (database, _) = await node.Databases.CreateAsync(DatabaseName.Data);
        await database.CommitAsync(new CommitRequest.Schema([new SchemaEdit.CreateTable(new TableSpec(new TableName("dog"), "id", []))]));
        await Wait.UntilAsync(async () => await RestartsAsync(node, "node/databases/data/tables/dog") == 0, "the table has an actor");
        return node;
    }

    private async Task KillAsync(string path) => (await Sys.ActorSelection("/user/" + path).ResolveOne(Wait.Deadline, Cancellation)).Tell(Kill.Instance);

    private static async Task<int> RestartsAsync(RunningNode node, string path)
    {
        try { return (await node.Admin.FindAsync(path, TimeSpan.FromSeconds(2), Cancellation))?.Restarts ?? -1; }
        catch (Harper.Core.Operations.OperationError) { return -1; }
    }

    private sealed class Feature : DescribedActor
    {
        protected override string DescribeState() => "there";
    }

    private sealed class Recorder : ReceiveActor
    {
        public Recorder(List<string> ended) => Receive<ActorEvent>(happened =>
        {
            if (happened.Kind != "stopped") return;
            lock (ended) ended.Add(happened.Path);
        });
    }
}
