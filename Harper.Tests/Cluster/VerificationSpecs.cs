using System.Text.Json;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Proves rule 28: what no log can show any more is found by comparing digests and merged both ways, counted; and rule 26 between nodes.</summary>
public sealed class VerificationSpecs : ClusterSpecBase
{
    [Fact]
    public async Task Rows_that_each_node_has_alone_should_be_on_both_after_a_comparison()
    {
        var (a, b) = (await StartAsync(1), await StartAsync(2));
        await b.CallAsync(new { operation = "add_node", url = a.Url, authorization = new { username = ClusterNode.Administrator, password = ClusterNode.Password } });
        for (var i = 0; i < 20; i++) await a.InsertAsync("dog", i, $"dog {i}");
        await Wait.UntilAsync(() => b.Has("dog", 19), "the rows are on both");
        Assert.Equal("equal", (await VerifyAsync(a)).GetProperty("state").GetString());

        Assert.Equal("7,7,6", await RangesAsync(a, 7));
        Assert.Equal("10,10,0", await RangesAsync(b, 10));

        // Behind the back of both logs, as a restored disk or a bug would.
        await BehindTheLogAsync(a, 100);
        await BehindTheLogAsync(b, 200);
        Assert.NotEqual(await DigestAsync(a), await DigestAsync(b));

        var verdict = await VerifyAsync(a);
        Assert.Equal("healed", verdict.GetProperty("state").GetString());
        Assert.Equal((1, 1), (verdict.GetProperty("healed_here").GetInt32(), verdict.GetProperty("healed_there").GetInt32()));
        Assert.True(a.Has("dog", 200) && b.Has("dog", 100));
        Assert.Equal(await DigestAsync(a), await DigestAsync(b));
        Assert.Equal("equal", (await VerifyAsync(b)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Idle_peers_should_compare_by_themselves_heal_count_and_say_so()
    {
        var (a, b) = (await StartAsync(3, TimeSpan.FromMilliseconds(300)), await StartAsync(4));
        await b.CallAsync(new { operation = "add_node", url = a.Url, authorization = new { username = ClusterNode.Administrator, password = ClusterNode.Password } });
        await a.InsertAsync("dog", 1, "dog");
        await Wait.UntilAsync(() => b.Has("dog", 1), "the row is on both");
        await BehindTheLogAsync(a, 100);
        await BehindTheLogAsync(b, 200);

        await Wait.UntilAsync(() => a.Has("dog", 200) && b.Has("dog", 100), "it heals by itself");
        JsonElement comparison = default;
        await Wait.UntilAsync(async () =>
        {
            return (await a.CallAsync(new { operation = "cluster_status" })).TryGetProperty("comparison", out comparison)
                && (comparison.GetProperty("healed_here").GetInt32(), comparison.GetProperty("healed_there").GetInt32()) == (1, 1);
        }, "it is counted", seen: () => comparison.ToString());
        // Two when a comparison fell between the two writes.
        Assert.InRange(comparison.GetProperty("differed").GetInt32(), 1, 2);
        Assert.Equal("data.dog with 127.0.187.4", comparison.GetProperty("last_difference").GetString());
        await Wait.UntilAsync(() => a.Log.Lines.Any(line => line.StartsWith("Error: Table data.dog differed from 127.0.187.4", StringComparison.Ordinal)), "the log says so");
    }

    /// <summary>R-NRP-10: what a node deleted for itself alone is not given back to it but by hand.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_that_were_deleted_on_one_node_alone_should_come_back_by_hand_and_not_by_themselves(bool settled)
    {
        var (a, b) = (await StartAsync(7, TimeSpan.FromMilliseconds(200)), await StartAsync(8, TimeSpan.FromMilliseconds(200)));
        await b.CallAsync(new { operation = "add_node", url = a.Url, authorization = new { username = ClusterNode.Administrator, password = ClusterNode.Password } });
        for (var i = 0; i < 3; i++) await a.InsertAsync("dog", i, $"dog {i}");
        await Wait.UntilAsync(() => b.Has("dog", 2), "the rows are on both");
        await b.CallAsync(new { operation = "update", database = "data", table = "dog", records = new[] { new { id = 1, age = 5 } } });
        await Wait.UntilAsync(async () => await DigestAsync(a) == await DigestAsync(b), "the change is on both");
        var database = a.Databases.Find(DatabaseName.Data)!;
        (RecordKey, Stamp) row;
        using (var view = database.OpenView()) row = (KeyCodec.FromNumber(1), view.ReadRow(view.Catalog.Find(new TableName("dog"))!, KeyCodec.FromNumber(1))!.Latest);
        Assert.Equal(1, Assert.IsType<CommitResult.Maintained>(await database.CommitAsync(new CommitRequest.DeleteHere(new TableName("dog"), [row]))).Count);
        // Then nothing is left that would keep the row away.
        if (settled) await database.CommitAsync(new CommitRequest.Settle(double.MaxValue));

        foreach (var node in (ClusterNode[])[a, b])
        {
            var compared = await ComparedAsync(node);
            await Wait.UntilAsync(async () => await ComparedAsync(node) > compared + 1, $"{node.Name} compares by itself", 60);
        }
        Assert.True(!a.Has("dog", 1) && b.Has("dog", 1));

        var verdict = await VerifyAsync(settled ? a : b);
        Assert.Equal("healed", verdict.GetProperty("state").GetString());
        Assert.Equal(await DigestAsync(b), await DigestAsync(a));
        Assert.True(a.Has("dog", 1));

        static async Task<int> ComparedAsync(ClusterNode node) =>
            (await node.CallAsync(new { operation = "cluster_status" })).TryGetProperty("comparison", out var comparison) ? comparison.GetProperty("compared").GetInt32() : 0;
    }

    /// <summary>Rule 23.</summary>
    [Fact]
    public async Task A_resync_should_bring_what_no_log_has_while_reads_and_writes_go_on()
    {
        var (a, b) = (await StartAsync(5), await StartAsync(6));
        await b.CallAsync(new { operation = "add_node", url = a.Url, authorization = new { username = ClusterNode.Administrator, password = ClusterNode.Password } });
        for (var i = 0; i < 20; i++) await a.InsertAsync("dog", i, $"dog {i}");
        await Wait.UntilAsync(() => b.Has("dog", 19), "the rows are on both");
        await BehindTheLogAsync(a, 100);
        var before = Copies(b);

        await b.CallAsync(new { operation = "resync_database", database = "data", from = a.Name });
        await b.InsertAsync("dog", 30, "written here meanwhile");
        await a.InsertAsync("dog", 31, "written there meanwhile");
        // The count may still be that of a moment ago, without the first copy.
        await Wait.UntilAsync(() => Copies(b) > before && b.Has("dog", 100), "the copy comes to its end");
        Assert.True(b.Has("dog", 19));
        await Wait.UntilAsync(() => a.Has("dog", 30) && b.Has("dog", 31), "the stream goes on from there");
        var refused = await b.TryCallAsync(new { operation = "resync_database", database = "data", from = "127.0.187.99" });
        Assert.Equal(400, refused.Status);
    }

    private static int Copies(ClusterNode node) =>
        node.Board.All.Sum(peer => peer.Databases.GetValueOrDefault("data")?.Receiving is { Copying: false } receiving ? receiving.CopiesCompleted : 0);

    private static async Task<JsonElement> VerifyAsync(ClusterNode node)
    {
        var answer = await node.CallAsync(new { operation = "verify_database", database = "data" });
        return answer.GetProperty("tables").EnumerateArray().Single();
    }

    private static async Task<string> RangesAsync(ClusterNode node, int rows)
    {
        var answer = await node.CallAsync(new { operation = "table_digest", database = "data", table = "dog", rows_per_range = rows });
        return string.Join(",", answer.GetProperty("ranges").EnumerateArray().Select(range => range.GetProperty("rows").GetInt32()));
    }

    private static async Task<string> DigestAsync(ClusterNode node) =>
        (await node.CallAsync(new { operation = "table_digest", database = "data", table = "dog" })).GetProperty("digest").GetString()!;

    private static async Task BehindTheLogAsync(ClusterNode node, int id)
    {
        var builder = new RecordBuilder(new ShapeCache());
        builder.SetNumber("id", id);
        builder.SetText("name", "nobody's log has it");
        var change = new Change(new TableName("dog"), KeyCodec.FromNumber(id), ChangeKind.Put, builder.Build());
        var stamp = new Stamp(1_700_000_000_000 + id, new NodeName("gone"));
        var result = await node.Databases.Find(DatabaseName.Data)!.CommitAsync(new CommitRequest.MergeRows([new CopiedChange(change, stamp)], new NodeName("gone")));
        Assert.Equal(1, Assert.IsType<CommitResult.Maintained>(result).Count);
    }

    private Task<ClusterNode> StartAsync(int number, TimeSpan compareInterval = default) =>
        StartAsync(new ClusterNodeOptions($"127.0.187.{number}") { CompareInterval = compareInterval });
}
