using Harper.Actors.Databases;
using Harper.Actors.Node;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>The only writer at work in a node: order, groups, the bell, overload and the loss of a store. Proves architecture 3 (③, ④) and invariants 1 and 6.</summary>
public sealed class CommitActorSpecs : HarperTestKit
{
    [Fact]
    public async Task What_comes_while_a_group_is_written_should_be_the_next_group()
    {
        var (database, engine) = await OpenAsync();
        var hold = engine.Hold();
        var first = database.CommitAsync(Write());
        await engine.EnteredAsync();
        var rest = Enumerable.Range(0, 50).Select(_ => database.CommitAsync(Write())).ToArray();
        Assert.False(first.IsCompleted);
        hold.Set();
        await Task.WhenAll([first, .. rest]).WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal([1, 50], engine.Groups.TakeLast(2).Select(group => group.Count));
    }

    [Fact]
    public async Task Answers_should_come_in_the_order_of_the_requests()
    {
        var (database, _) = await OpenAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => database.CommitAsync(Write())));
        var versions = results.Cast<CommitResult.Written>().Select(written => written.Stamp.Version).ToList();
        Assert.Equal(versions.Order(), versions);
    }

    [Fact]
    public async Task The_bell_should_ring_and_the_log_be_readable_after_a_commit()
    {
        var (database, _) = await OpenAsync();
        var head = database.Engine.Positions.Head;
        var bell = database.WaitForLogAsync(head, TestContext.Current.CancellationToken);
        Assert.False(bell.IsCompleted);
        var written = (CommitResult.Written)await database.CommitAsync(Write());
        await bell.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
        var stretch = database.ReadLog(head, int.MaxValue);
        Assert.Equal(written.Stamp, Assert.Single(stretch.Transactions).Stamp);
    }

    /// <summary>R-LOG-03.</summary>
    [Fact]
    public async Task What_was_trimmed_should_not_be_read_from_memory_any_longer()
    {
        var (database, _) = await OpenAsync();
        var head = database.Engine.Positions.Head;
        await database.CommitAsync(Write());
        var last = (CommitResult.Written)await database.CommitAsync(Write());
        Assert.Equal(2, database.ReadLog(head, int.MaxValue).Transactions.Length);
        await database.CommitAsync(new CommitRequest.TrimLog(Math.BitDecrement(last.Stamp.Version)));
        Assert.Equal(last.Stamp, Assert.Single(database.ReadLog(head, int.MaxValue).Transactions).Stamp);
    }

    [Fact]
    public async Task A_database_that_is_behind_should_refuse_local_writes_and_take_them_again_later()
    {
        var (database, engine) = await OpenAsync(OurSettings with { Commit = OurSettings.Commit with { MaxWaitingLocalBytes = 1000 } });
        var hold = engine.Hold();
        var first = database.CommitAsync(Write(600));
        await engine.EnteredAsync();
        Assert.Equal(CommitRejection.Overloaded, Assert.IsType<CommitResult.Rejected>(await database.CommitAsync(Write(600))).Reason);
        hold.Set();
        await first;
        await Wait.UntilAsync(async () => await database.CommitAsync(Write(600)) is CommitResult.Written, "taken again");
    }

    [Fact]
    public async Task A_drained_database_should_have_committed_what_it_accepted_and_refuse_the_rest()
    {
        var (database, engine, node) = await OpenNodeAsync();
        var hold = engine.Hold();
        var first = database.CommitAsync(Write());
        await engine.EnteredAsync();
        Task<CommitResult>[] accepted = [first, .. Enumerable.Range(0, 20).Select(_ => database.CommitAsync(Write()))];
        var drained = node.DrainAsync(Wait.Deadline);
        await Wait.UntilAsync(async () => await StateAsync(node, "node/databases/data") == "draining", "the writer is told to come to an end");
        hold.Set();
        Assert.True(await drained);
        Assert.All(await Task.WhenAll(accepted), result => Assert.IsType<CommitResult.Written>(result));
        Assert.Equal(CommitRejection.Stopping, Assert.IsType<CommitResult.Rejected>(await database.CommitAsync(Write())).Reason);
        Assert.True(engine.Disposed);
    }

    [Fact]
    public async Task A_store_that_fails_should_tell_everybody_who_waits_and_end_the_node()
    {
        var (database, engine) = await OpenAsync();
        var hold = engine.Hold();
        var inTheGroup = database.CommitAsync(Write());
        await engine.EnteredAsync();
        var behindIt = database.CommitAsync(Write());
        engine.FailWith = "no space left on device";
        hold.Set();
        foreach (var result in await Task.WhenAll(inTheGroup, behindIt))
            Assert.Equal(CommitRejection.StoreFailed, Assert.IsType<CommitResult.Rejected>(result).Reason);
        Assert.Equal(CommitRejection.StoreFailed, Assert.IsType<CommitResult.Rejected>(await database.CommitAsync(Write())).Reason);
        await Wait.UntilAsync(() => Failures is [var reason] && reason.Contains("no space left"), "the host is told why to stop");
    }

    private static async Task<string?> StateAsync(RunningNode node, string path) =>
        (await node.Admin.FindAsync(path, TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken))?.State;

    private async Task<(IDatabaseHandle Database, ScriptedEngine Engine)> OpenAsync(NodeSettings? settings = null)
    {
        var (database, engine, _) = await OpenNodeAsync(settings);
        return (database, engine);
    }

    private async Task<(IDatabaseHandle Database, ScriptedEngine Engine, RunningNode Node)> OpenNodeAsync(NodeSettings? settings = null)
    {
        var node = await RunningNode.StartAsync(Sys, ScriptedServices(settings), NodeChildren.None, TestContext.Current.CancellationToken);
        var (database, created) = await node.Databases.CreateAsync(DatabaseName.Data);
        Assert.True(created);
        return (database, Engines["data"], node);
    }
}
