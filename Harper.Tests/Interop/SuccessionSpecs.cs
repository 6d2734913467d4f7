using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>
/// Proves R-P2P-04 and rule 15 between both kinds: transactions of several records that follow each other at once and have records in common. An original loses such transactions whole when they
/// come in one message (about one in a hundred was seen); so they come record by record.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class SuccessionSpecs(MixedPair pair) : IClassFixture<MixedPair>
{
    private static readonly int Rounds = LongRun.Scale(500, 5_000);

    /// <summary>Whether the record that all transactions write comes first, in the middle or last, and whether the record that goes comes before it.</summary>
    [Theory]
    [InlineData("hot new gone")]
    [InlineData("new hot gone")]
    [InlineData("gone new hot")]
    public async Task What_transactions_of_ours_write_and_delete_in_quick_succession_should_end_the_same_on_an_original(string order)
    {
        var table = await TableAsync(pair.Ours, "quick_" + order.Replace(' ', '_'));
        for (var n = 1; n <= Rounds; n++) await RunAsync(table, order, n);
        await CrossAsync(table);
        Assert.Equal(4, await pair.AssertEqualAsync(table, 4));
    }

    [Fact]
    public async Task A_backlog_of_them_should_end_the_same_on_an_original_that_was_away()
    {
        var table = await TableAsync(pair.Ours, "backlog");
        await pair.Original.KillAsync();
        for (var n = 1; n <= Rounds; n++) await RunAsync(table, "new hot gone", n);
        await pair.Original.StartAgainAsync();
        await CrossAsync(table);
        Assert.Equal(4, await pair.AssertEqualAsync(table, 4));
    }

    [Fact]
    public async Task Records_that_clients_of_the_original_write_at_the_same_time_should_end_the_same_on_both()
    {
        var table = await TableAsync(pair.Ours, "both_write");
        using var over = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var n = 1; !over.IsCancellationRequested; n++) await UpsertAsync(pair.Original, table, "hot", n);
        });
        for (var n = 1; n <= Rounds; n++) await RunAsync(table, "new hot gone", n);
        await over.CancelAsync();
        await writing;
        await CrossAsync(table);
        Assert.Equal(4, await pair.AssertEqualAsync(table, 4));
    }

    [Fact]
    public async Task What_transactions_of_an_original_write_and_delete_in_quick_succession_should_end_the_same_here()
    {
        var table = await TableAsync(pair.Ours, "theirs");
        for (var n = 1; n <= Rounds; n++)
            await pair.RestAsync(HttpMethod.Post, "/several", new { table, put = new[] { new { id = $"new {n}", n }, new { id = "hot", n } }, remove = new[] { $"new {n - 1}" } });
        await CrossAsync(table);
        await pair.AssertEqualAsync(table, 4);
    }

    private async Task<string> TableAsync(NodeProcess on, string name)
    {
        var table = await pair.CreateTableAsync(on, name, "n");
        await UpsertAsync(pair.Ours, table, "hot", 0);
        await pair.Cluster.UntilAsync("it flows", async () => await MixedCluster.ReadAsync(pair.Original, "data", table, "hot") is not null);
        return table;
    }

    private Task RunAsync(string table, string order, int n) => pair.Ours.CallAsync(new
    {
        operation = "transaction", database = "data",
        operations = order.Split(' ').Select<string, object>(what => what switch
        {
            "gone" => new { operation = "delete", table, ids = new[] { $"new {n - 1}" } },
            _ => new { operation = "upsert", table, records = new[] { new { id = what == "hot" ? "hot" : $"new {n}", n } } },
        }),
    });

    private static Task UpsertAsync(NodeProcess node, string table, string id, int n) => node.CallAsync(new { operation = "upsert", database = "data", table, records = new[] { new { id, n } } });

    /// <summary>What is written last on each side is there on the other.</summary>
    private async Task CrossAsync(string table)
    {
        await UpsertAsync(pair.Ours, table, "last of ours", 1);
        await UpsertAsync(pair.Original, table, "last of theirs", 1);
        await pair.Cluster.UntilAsync("both are there", async () =>
            await MixedCluster.ReadAsync(pair.Original, "data", table, "last of ours") is not null && await MixedCluster.ReadAsync(pair.Ours, "data", table, "last of theirs") is not null);
    }
}
