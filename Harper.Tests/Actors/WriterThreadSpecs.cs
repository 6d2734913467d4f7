using Harper.Actors.Node;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Storage.Memory;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Where the work of a database runs in a real tree: what <c>harper.hocon</c> says of its dispatchers is in effect (architecture 3).</summary>
public sealed class WriterThreadSpecs : HarperTestKit
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_should_be_written_by_one_thread_that_writes_nothing_else()
    {
        var node = await RunningNode.StartAsync(Sys, ScriptedServices(), NodeChildren.None, Cancellation);
        var writers = new List<Thread>();
        foreach (var name in new[] { "first", "second" })
        {
            var (database, _) = await node.Databases.CreateAsync(new DatabaseName(name));
            for (var i = 0; i < 30; i++) await Task.WhenAll(database.CommitAsync(Write()), database.CommitAsync(Write()));
            writers.Add(Assert.Single(Engines[name].Threads.Distinct()));
        }

        Assert.All(writers, writer => Assert.False(writer.IsThreadPoolThread, "the pool serves requests, and a sync of some milliseconds would hold them up"));
        Assert.NotEqual(writers[0].ManagedThreadId, writers[1].ManagedThreadId);
    }

    [Fact]
    public async Task Stores_should_be_opened_beside_the_pool()
    {
        var opened = new List<bool>();
        var services = ScriptedServices();
        var open = services.OpenEngine;
        await RunningNode.StartAsync(
            Sys, services with
            {
                OpenEngine = (name, store, now) =>
                {
                    lock (opened) opened.Add(Thread.CurrentThread.IsThreadPoolThread);
                    return open(name, store, now);
                },
            },
            NodeChildren.None, Cancellation);
        Assert.All(opened, Assert.False);
        Assert.NotEmpty(opened);
    }

    [Fact]
    public async Task Who_sees_the_system_database_should_find_the_tables_of_every_node_in_it()
    {
        var services = RealServices(new MemoryStoreFactory());
        var missing = new TaskCompletionSource<int>();
        services.Databases.Changed += (name, database) =>
        {
            if (name.IsSystem && database is not null) missing.TrySetResult(SystemTables.All.Count(table => database.Engine.Catalog.Find(table.Name) is null));
        };
        await RunningNode.StartAsync(Sys, services, NodeChildren.None, Cancellation);
        Assert.Equal(0, await missing.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }
}
