using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves rules 12 and 20 between three nodes and more: what a node lacks because it took fewer tables is not lost to those that copy from it, or stream by way of it.
/// </summary>
public sealed class CoveredOriginSpecs : ClusterSpecBase
{
    private static readonly object[] All = [new { database = "data" }, new { database = "system" }];
    private static readonly object[] NoCats = [new { database = "data", excludeTables = new[] { "cat" } }, new { database = "system" }];

    [Fact]
    public async Task Who_joins_by_way_of_one_that_takes_fewer_tables_should_have_the_others_from_their_origin()
    {
        var (origin, less) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.3"));
        await origin.WriteAsync("data", "cat", 1);
        await origin.WriteAsync("data", "dog", 1);
        await AddAsync(less, origin, takes: NoCats);
        await Wait.UntilAsync(() => less.Has("data", "dog", 1), "the others flow");

        // The only one that it can copy from when it joins.
        await origin.DisposeAsync();
        var joins = await StartAsync("127.0.0.4");
        await AddAsync(joins, less, All);
        await Wait.UntilAsync(() => HasCopied(joins) && joins.Has("data", "dog", 1), "it has what that one has");
        Assert.Equal(TableFilter.AllBut([new TableName("cat")]), Covers(joins, origin));

        origin = await RestartAsync(origin);
        await Wait.UntilAsync(() => joins.Has("data", "cat", 1), "it has all of the origin");
        await origin.WriteAsync("data", "cat", 2);
        await Wait.UntilAsync(() => joins.Has("data", "cat", 2), "and goes on having it");
        Assert.False(less.Has("data", "cat", 1));
        await Wait.UntilAsync(() => Covers(joins, origin) == TableFilter.All, "and knows so");
        Assert.Equal(TableFilter.AllBut([new TableName("cat")]), Covers(less, origin));

        // The one that took fewer is opened: it gets them too, and what it knew of it outlives it.
        less = await RestartAsync(less);
        Assert.Equal(TableFilter.AllBut([new TableName("cat")]), Covers(less, origin));
        await less.CallAsync(new { operation = "add_node", hostname = origin.Name });
        await SameAsync("cat");
        await Wait.UntilAsync(() => Covers(less, origin) == TableFilter.All, "and lacks nothing any more");
    }

    [Fact]
    public async Task What_an_origin_that_is_gone_wrote_should_come_from_whoever_took_it()
    {
        var (origin, more) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.4"));
        await origin.WriteAsync("data", "cat", 1);
        await origin.WriteAsync("data", "dog", 1);
        await AddAsync(more, origin, All);
        await Wait.UntilAsync(() => more.Has("data", "cat", 1), "one takes everything");
        await more.DisposeAsync();
        var less = await StartAsync("127.0.0.3");
        await AddAsync(less, origin, takes: NoCats);
        await Wait.UntilAsync(() => less.Has("data", "dog", 1), "the other takes less");
        await origin.DisposeAsync();
        Nodes.Remove(origin);

        var joins = await StartAsync("127.0.0.5");
        await AddAsync(joins, less, All);
        await Wait.UntilAsync(() => HasCopied(joins) && joins.Has("data", "dog", 1), "it has what that one has");
        Assert.False(joins.Has("data", "cat", 1));

        more = await RestartAsync(more);
        await AddAsync(joins, more, All);
        await Wait.UntilAsync(() => joins.Has("data", "cat", 1), "the other had all of it");
    }

    /// <summary>Each of two has one half of what it wrote, up to another moment, and a third that has neither is between them.</summary>
    [Fact]
    public async Task What_is_left_of_an_origin_that_is_gone_should_come_together_from_those_who_took_parts_of_it()
    {
        var origin = await StartAsync("127.0.0.2");
        await origin.WriteAsync("data", "cat", 1);
        await origin.WriteAsync("data", "dog", 1);
        var (cats, dogs) = (await StartAsync("127.0.0.3"), await StartAsync("127.0.0.4"));
        await AddAsync(cats, origin, takes: [new { database = "data", excludeTables = new[] { "dog" } }, new { database = "system" }]);
        await Wait.UntilAsync(() => cats.Has("data", "cat", 1), "one takes the cats");
        await cats.DisposeAsync();
        await AddAsync(dogs, origin, takes: NoCats);
        await origin.WriteAsync("data", "dog", 2);
        await Wait.UntilAsync(() => dogs.Has("data", "dog", 2), "the other takes the dogs, and is further on");
        await origin.DisposeAsync();
        Nodes.Remove(origin);

        var between = await StartAsync("127.0.0.5");
        await AddAsync(between, dogs, All);
        await Wait.UntilAsync(() => HasCopied(between) && between.Has("data", "dog", 2), "it has the dogs");
        cats = await RestartAsync(cats);
        await AddAsync(between, cats, All);
        await SameAsync("cat");
        await SameAsync("dog");
        Assert.True(cats.Has("data", "dog", 2) && dogs.Has("data", "cat", 1));
    }

    private Task<ClusterNode> StartAsync(string name) => StartAsync(new ClusterNodeOptions(name) { Network = Network });

    private static Task AddAsync(ClusterNode node, ClusterNode other, object[] takes) => node.CallAsync(
        new { operation = "add_node", hostname = other.Name, authorization = Credentials, sendsTo = All, receivesFrom = takes });

    private static bool HasCopied(ClusterNode node) => node.Databases.Find(DatabaseName.Data)?.Engine.Positions is { HasHistory: true, Copy: null };

    private static TableFilter Covers(ClusterNode node, ClusterNode origin) => node.Databases.Find(DatabaseName.Data)!.Engine.Positions.CoveredOf(new NodeName(origin.Name));
}
