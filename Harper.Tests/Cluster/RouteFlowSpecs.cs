using System.Globalization;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-CFG-34..37, R-FLO-03, 06, 07, 12, 13, R-SYN-14 and R-SUB-01, 02, 05 between whole nodes that know each other by routes alone: what each form of a route lets flow, and
/// that the other end, which has a plain route, gets and gives no more than that.
/// </summary>
public sealed class RouteFlowSpecs : ClusterSpecBase
{
    private const string Told = "127.0.0.2", Plain = "127.0.0.3";

    /// <summary>What reaches the node with the plain route, and what comes back from it, of tables <c>cat</c> and <c>dog</c>.</summary>
    [Theory]
    [InlineData("""{"replicates":{"sends":true,"receives":false}}""", "cat dog", "")]
    [InlineData("""{"replicates":{"receives":true}}""", "", "cat dog")]
    [InlineData("""{"replicates":{"sends":false,"receives":false}}""", "", "")]
    [InlineData("""{"replicates":false}""", "", "")]
    [InlineData("""{"replicates":true}""", "cat dog", "cat dog")]
    [InlineData("""{"sendsTo":[{"database":"data","excludeTables":["cat"]}],"receivesFrom":[{"database":"data","excludeTables":["dog"]}]}""", "dog", "cat")]
    [InlineData("""{"replicates":{"sendsTo":[{"target":"127.0.0.3","database":"data"}],"receivesFrom":[]}}""", "cat dog", "")]
    [InlineData("""{"subscriptions":[{"database":"data","table":"cat","publish":true,"subscribe":false},{"schema":"data","table":"dog","publish":false,"subscribe":true}]}""", "cat", "dog")]
    [InlineData("""{"subscriptions":[{"database":"data","table":"cat","publish":true,"subscribe":false},{"schema":"data","table":"dog","publish":false,"subscribe":true}]}""", "cat", "dog", true)]
    public async Task A_route_should_let_flow_what_it_says_and_nothing_else(string route, string arrives, string comesBack, bool withSystem = false)
    {
        string[]? databases = withSystem ? null : ["data"];
        var (told, plain) = (await StartAsync(Told, databases), await StartAsync(Plain, databases));
        foreach (var (node, id) in ((ClusterNode, int)[])[(told, 1), (plain, 2)])
            foreach (var table in (string[])["cat", "dog"]) await node.WriteAsync("data", table, id);
        await plain.CallAsync(new { operation = "cluster_set_routes", routes = new[] { Told } });
        await told.CallAsync($$"""{"operation":"cluster_set_routes","routes":[{"host":"{{Plain}}",{{route[1..]}}]}""");

        foreach (var table in arrives.Split(' ', StringSplitOptions.RemoveEmptyEntries)) await Wait.UntilAsync(() => plain.Has("data", table, 1), $"{table} arrives");
        foreach (var table in comesBack.Split(' ', StringSplitOptions.RemoveEmptyEntries)) await Wait.UntilAsync(() => told.Has("data", table, 2), $"{table} comes back");
        foreach (var table in (string[])["cat", "dog"])
        {
            await told.WriteAsync("data", table, 3);
            await plain.WriteAsync("data", table, 4);
        }

        foreach (var table in arrives.Split(' ', StringSplitOptions.RemoveEmptyEntries)) await Wait.UntilAsync(() => plain.Has("data", table, 3), $"{table} goes on arriving");
        foreach (var table in comesBack.Split(' ', StringSplitOptions.RemoveEmptyEntries)) await Wait.UntilAsync(() => told.Has("data", table, 4), $"{table} goes on coming back");

        // Where nothing flows nobody says when it would have: a connection that were made is made within this.
        if (arrives.Length + comesBack.Length == 0) await Wait.PassAsync(TimeSpan.FromSeconds(1));
        foreach (var table in (string[])["cat", "dog"])
            Assert.Equal(
                (arrives.Contains(table, StringComparison.Ordinal), comesBack.Contains(table, StringComparison.Ordinal)),
                (plain.Has("data", table, 1) || plain.Has("data", table, 3), told.Has("data", table, 2) || told.Has("data", table, 4)));
        Assert.Equal(200, (await told.TryCallAsync(new { operation = "cluster_status" })).Status);
    }

    [Theory]
    [InlineData("startTime")]
    [InlineData("start_time")]
    public async Task A_time_of_a_route_should_limit_the_first_copy(string name)
    {
        var (told, plain) = (await StartAsync(Told, ["data"]), await StartAsync(Plain, ["data"]));
        await plain.WriteAsync("data", "dog", 1);
        var time = DateTimeOffset.UtcNow.AddMilliseconds(1);
        await Wait.UntilAsync(() => DateTimeOffset.UtcNow > time, "time passes");
        await plain.WriteAsync("data", "dog", 2);
        await plain.CallAsync(new { operation = "cluster_set_routes", routes = new[] { Told } });
        var text = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        await told.CallAsync($$"""{"operation":"cluster_set_routes","routes":[{"host":"{{Plain}}","{{name}}":"{{text}}"}]}""");
        await Wait.UntilAsync(() => told.Has("data", "dog", 2), "the newer row is copied");
        await plain.WriteAsync("data", "dog", 3);
        await Wait.UntilAsync(() => told.Has("data", "dog", 3), "and the stream follows");
        Assert.False(told.Has("data", "dog", 1));
    }

    private Task<ClusterNode> StartAsync(string name, string[]? databases) => StartAsync(new ClusterNodeOptions(name) { Network = Network, Databases = databases });
}
