using System.Globalization;
using Harper.Core.Identity;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Proves R-SYN-05..07, R-CLU-06 and D26 between whole nodes over a network in memory.</summary>
public sealed class StartTimeSpecs : ClusterSpecBase
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_copy_should_bring_only_what_changed_after_it_also_where_there_is_something_already(bool hasData)
    {
        var (a, b) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.3"));
        if (hasData) await b.InsertAsync("dog", 100, "here before");
        var time = await WriteOldAndNewAsync(a);
        await b.CallAsync(new { operation = "add_node", hostname = a.Name, authorization = Credentials, start_time = time });
        await Wait.UntilAsync(() => b.Has("dog", 2) && b.Has("dog", 3), "the newer rows arrive, one of them changed only");
        Assert.Equal([a.Name, b.Name], b.Members);
        await a.InsertAsync("dog", 4, "later");
        await Wait.UntilAsync(() => b.Has("dog", 4), "the stream goes on");
        Assert.False(b.Has("dog", 1));
        Assert.Equal("old", (await ReadAsync(b, 3)).GetProperty("name").GetString());
        Assert.True(!hasData || await HasSoonAsync(a, 100));

        b = await RestartAsync(b);
        await a.InsertAsync("dog", 5, "after the restart");
        await Wait.UntilAsync(() => b.Has("dog", 5), "it resumes");
        Assert.False(b.Has("dog", 1));

        await b.CallAsync(new { operation = "resync_database", database = "data", from = a.Name });
        await Wait.UntilAsync(() => b.Has("dog", 1), "a resync leaves nothing out");
        await Wait.UntilAsync(() => b.Databases.Find(DatabaseName.Data)!.Engine.Positions.Since is null, "and that is known");
    }

    [Fact]
    public async Task It_should_count_whoever_is_reached_first_and_never_for_a_later_joiner()
    {
        var (a, c) = (await StartAsync("127.0.0.2"), await StartAsync("127.0.0.4"));
        await c.CallAsync(new { operation = "add_node", hostname = a.Name, authorization = Credentials });
        var time = await WriteOldAndNewAsync(a);
        await Wait.UntilAsync(() => c.Has("dog", 1) && c.Has("dog", 3), "the third has all");

        var b = await StartAsync("127.0.0.3");
        await b.CallAsync(new { operation = "add_node", hostname = a.Name, authorization = Credentials, start_time = time });
        await Wait.UntilAsync(() => b.Connected.Length == 2 && b.Has("dog", 2) && b.Has("dog", 3), "it meets both");
        Assert.False(b.Has("dog", 1));

        // What was left out on purpose is no difference that heals by itself.
        foreach (var (node, peer) in new[] { (b, a), (a, b) })
        {
            string? verdict = null;
            await Wait.UntilAsync(async () => (verdict = await CompareAsync(node, peer)) is not null, "they are in step");
            Assert.Equal("partial", verdict);
        }

        Assert.False(b.Has("dog", 1));

        // Who joins by way of the node that left something out still gets everything.
        var d = await StartAsync("127.0.0.5");
        await d.CallAsync(new { operation = "add_node", hostname = b.Name, authorization = Credentials });
        await Wait.UntilAsync(() => d.Has("dog", 1) && d.Has("dog", 3), "the newcomer has all");
        Assert.False(b.Has("dog", 1));
    }

    /// <summary>As it does by itself; null while something is on its way.</summary>
    private static async Task<string?> CompareAsync(ClusterNode node, ClusterNode peer)
    {
        var found = await node.Comparison.RunAsync([node.Databases.Find(DatabaseName.Data)!], inStep: true, default);
        return found.FirstOrDefault(entry => entry.Verdict.Peer.Value == peer.Name).Verdict?.State;
    }

    /// <summary>Row 1 is older than the time that is returned, row 2 newer, row 3 made before it and changed after it.</summary>
    private static async Task<string> WriteOldAndNewAsync(ClusterNode node)
    {
        await node.InsertAsync("dog", 1, "old");
        await node.InsertAsync("dog", 3, "old");
        var time = DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Ceiling(node.Databases.Find(DatabaseName.Data)!.Engine.Positions.Head));
        await Wait.UntilAsync(() => DateTimeOffset.UtcNow > time, "time passes");
        await node.InsertAsync("dog", 2, "new");
        await node.CallAsync(new { operation = "update", database = "data", table = "dog", records = new[] { new { id = 3, age = 7 } } });
        return time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }

    private static async Task<bool> HasSoonAsync(ClusterNode node, int id)
    {
        await Wait.UntilAsync(() => node.Has("dog", id), "what was here goes there");
        return true;
    }

    private static async Task<System.Text.Json.JsonElement> ReadAsync(ClusterNode node, int id) =>
        (await node.CallAsync(new { operation = "search_by_id", database = "data", table = "dog", ids = new[] { id }, get_attributes = new[] { "*" } }))
        .EnumerateArray().Single();

    private Task<ClusterNode> StartAsync(string name) =>
        StartAsync(new ClusterNodeOptions(name) { Network = Network });
}
