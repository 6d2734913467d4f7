using System.Text;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Cluster.CopyCluster;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-TXN-04 and rule 27 with processes: the largest transactions that are accepted reach the other node, by the stream and by a copy, and what is too large is refused at
/// once with 413.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class LargeTransactionSpecs
{
    private static readonly int ValueMegabytes = LongRun.Scale(16, 63);

    [Fact]
    public async Task Large_transactions_and_values_should_arrive_or_be_refused_at_once()
    {
        await using var cluster = new CopyCluster("127.0.66", 3);
        var (a, b, late) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.StartAsync(a, b);
        await CreateTableAsync(a);
        await UntilAsync("the table is there", 60, async () => await CountAsync(b) == 0);

        await cluster.PostAsync(a, Many(100_000));
        await UntilAsync("100,000 records of one transaction are there", 120, async () => await CountAsync(b) is var count && (count == 100_000 || (count == 0 ? false : throw new InvalidOperationException($"{count} rows of one transaction"))));
        Assert.Equal(413, await cluster.StatusOfAsync(a, Many(100_001)));

        await cluster.PostAsync(a, Large("large", ValueMegabytes));
        Assert.Equal(413, await cluster.StatusOfAsync(a, Large("too large", 65)));
        await WaitUntilEqualAsync(120, a, b);
        Assert.Equal(100_001, await CountAsync(b));

        await cluster.StartAsync(late);
        await WaitUntilEqualAsync(120, a, b, late);
        TestContext.Current.TestOutputHelper?.WriteLine($"peaks of memory {string.Join(", ", cluster.Nodes.Select(node => $"{PeakMemory(node):0}"))} MB");
    }

    private static string Many(int records)
    {
        var body = new StringBuilder("{\"operation\":\"insert\",\"database\":\"copied\",\"table\":\"rows\",\"records\":[");
        for (var i = 0; i < records; i++) body.Append(i == 0 ? "" : ",").Append("{\"id\":").Append(i).Append(",\"n\":").Append(i % 100).Append('}');
        return body.Append("]}").ToString();
    }

    private static string Large(string id, int megabytes) =>
        $$"""{"operation":"insert","database":"copied","table":"rows","records":[{"id":"{{id}}","text":"{{new string('x', megabytes << 20)}}"}]}""";
}
