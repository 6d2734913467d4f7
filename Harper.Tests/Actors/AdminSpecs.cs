using System.Text.Json;
using Akka.Actor;
using Harper.Actors.Admin;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Core.Identity;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>The view into the tree: every actor answers, those that do not are named, events come as they happen. Proves architecture 4 (Describe).</summary>
public sealed class AdminSpecs : HarperTestKit
{
    private static readonly TimeSpan Deadline = Wait.Deadline;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_actor_of_the_node_should_say_what_it_is_doing()
    {
        var node = await StartAsync();
        await node.Databases.CreateAsync(DatabaseName.Data);
        var tree = await node.Admin.TreeAsync(Deadline, Cancellation);
        var all = Flatten(tree).ToList();
        Assert.Equal(
            ["node", "node/admin", "node/databases", "node/databases/data", "node/databases/data/commit", "node/databases/data/log",
             "node/databases/data/tables", "node/databases/system", "node/databases/system/commit", "node/databases/system/log",
             "node/databases/system/tables", "node/jobs"],
            all.Select(actor => actor.Path).Where(path => !path.StartsWith("node/databases/system/tables/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(all, actor => Assert.True(actor.Answered && actor.State.Length > 0 && actor.Kind.EndsWith("Actor", StringComparison.Ordinal), actor.Path));
    }

    [Fact]
    public async Task An_actor_that_does_not_answer_should_be_shown_as_such_when_the_deadline_has_passed()
    {
        var node = await StartAsync();
        var (database, _) = await node.Databases.CreateAsync(DatabaseName.Data);
        var hold = Engines["data"].Hold();
        _ = database.CommitAsync(Write());
        await Engines["data"].EnteredAsync();
        var commit = await node.Admin.FindAsync("node/databases/data/commit", TimeSpan.FromMilliseconds(200), Cancellation);
        Assert.False(commit!.Answered);
        hold.Set();
        Assert.True((await node.Admin.FindAsync("node/databases/data/commit", Deadline, Cancellation))!.Answered);
    }

    [Theory]
    [InlineData("node/nobody")]
    [InlineData("node/*")]
    [InlineData("../system")]
    [InlineData("")]
    public async Task A_path_to_nobody_should_find_nothing(string path)
    {
        var node = await StartAsync();
        Assert.Null(await node.Admin.FindAsync(path, Deadline, Cancellation));
    }

    [Fact]
    public async Task Starts_failures_restarts_and_changes_of_state_should_be_told_as_they_happen()
    {
        var node = await StartAsync();
        var seen = new List<AdminEvent>();
        using var until = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = Task.Run(async () =>
        {
            await foreach (var happened in node.Admin.EventsAsync(until.Token))
                lock (seen) seen.Add(happened);
        }, Cancellation);
        await Wait.UntilAsync(async () => await ReadsAsync(node) == 1, "the reader is known");
        await node.Databases.CreateAsync(DatabaseName.Data);
        Sys.ActorSelection("/user/node/databases/data/log").Tell(Kill.Instance);
        await Wait.UntilAsync(() => { lock (seen) return seen.Any(happened => happened.Kind == "restarted"); }, "restarted");
        await node.Databases.DropAsync(DatabaseName.Data);
        foreach (var (kind, path) in new[]
        {
            ("started", "node/databases/data/commit"), ("failed", "node/databases/data/log"), ("restarted", "node/databases/data/log"),
            ("state", "node/databases/data"), ("stopped", "node/databases/data"),
        })
            await Wait.UntilAsync(() => { lock (seen) return seen.Any(happened => happened.Kind == kind && happened.Path == path); }, $"{kind} {path}");
        await until.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await Wait.UntilAsync(async () => await ReadsAsync(node) == 0, "the reader is forgotten");
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_should_lose_the_oldest_events_and_be_told_how_many()
    {
        var reader = new EventReader(10);
        for (var i = 0; i < 25; i++) reader.Offer(new AdminEvent(DateTimeOffset.UnixEpoch, "state", $"{i}", ""));
        reader.Complete();
        var read = new List<AdminEvent>();
        await foreach (var happened in reader.ReadAsync(Cancellation)) read.Add(happened);
        Assert.Equal("lost", read[0].Kind);
        Assert.StartsWith("15 ", read[0].Text);
        Assert.Equal(["15", "24"], new[] { read[1].Path, read[^1].Path });
    }

    [Fact]
    public async Task The_view_should_be_json_with_every_figure()
    {
        var node = await StartAsync();
        var tree = await node.Admin.TreeAsync(Deadline, Cancellation);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes)) ActorTreeJson.Write(writer, tree);
        var json = JsonDocument.Parse(bytes.ToArray()).RootElement;
        Assert.Equal("node", json.GetProperty("path").GetString());
        var databases = json.GetProperty("children").EnumerateArray().Single(child => child.GetProperty("name").GetString() == "databases");
        Assert.Equal(1, databases.GetProperty("figures").GetProperty("open").GetInt32());
        Assert.Equal(0, databases.GetProperty("restarts").GetInt32());
    }

    [Fact]
    public void Restarts_should_be_counted_across_the_instances_of_an_actor()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Fragile()));
        for (var i = 0; i < 3; i++) actor.Tell("break");
        actor.Tell(Describe.Instance);
        Assert.Equal(3, ExpectMsg<ActorDescription>(cancellationToken: Cancellation).Restarts);
    }

    private static async Task<long> ReadsAsync(RunningNode node) =>
        Convert.ToInt64((await node.Admin.FindAsync("node/admin", Deadline, Cancellation))!.Figures.Single(figure => figure.Key == "eventReaders").Value);

    private static IEnumerable<ActorTree> Flatten(ActorTree tree) => tree.Children.SelectMany(Flatten).Prepend(tree);

    private Task<RunningNode> StartAsync() => RunningNode.StartAsync(Sys, ScriptedServices(), NodeChildren.None, Cancellation);

    private sealed class Fragile : DescribedActor
    {
        public Fragile() => Receive<string>(_ => throw new InvalidOperationException("broken"));

        protected override string DescribeState() => "fragile";
    }
}
