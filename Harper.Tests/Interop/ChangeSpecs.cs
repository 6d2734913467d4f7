using System.Text.Json;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>
/// Proves R-DAT-01…04, R-TXN, R-NRP-01…12 and rules 2, 3, 4, 10 between both kinds of node: every way to change a record, transactions over several tables, schema, users, and
/// concurrent writes on both.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class ChangeSpecs(MixedPair pair) : IClassFixture<MixedPair>
{
    private static Task<JsonElement> ChangeAsync(NodeProcess node, string operation, string table, params object[] records) =>
        node.CallAsync(new { operation, database = "data", table, records });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Inserts_updates_upserts_and_deletes_should_arrive(bool fromOriginal)
    {
        var (writer, reader) = pair.Direction(fromOriginal);
        var table = await pair.CreateTableAsync(writer, fromOriginal ? "changes1" : "changes2");
        await ChangeAsync(writer, "insert", table, new { id = 1, a = 1, b = "x" }, new { id = 2, a = 2 }, new { id = 3, a = 3 });
        await pair.AssertEqualAsync(table, 3);
        await ChangeAsync(writer, "update", table, new { id = 1, a = 7, c = new[] { 1, 2 } });
        await ChangeAsync(writer, "upsert", table, new { id = 2, z = "new" }, new { id = 4, a = 4 });
        await writer.CallAsync(new { operation = "delete", database = "data", table, ids = new[] { 3 } });
        await pair.Cluster.UntilAsync("all is there", async () => await MixedCluster.CountAsync(reader, "data", table) == 3 && await MixedCluster.ReadAsync(reader, "data", table, 4) is not null);

        // The other side goes on from there: what it changes comes back.
        await ChangeAsync(reader, "update", table, new { id = 1, d = "from the other" });
        await ChangeAsync(reader, "insert", table, new { id = 3, a = "again" });
        await pair.Cluster.UntilReadsAsync(writer, "data", table, 1, "d", "from the other");
        Assert.Equal(4, await pair.AssertEqualAsync(table, 4));
        var row = (await MixedPair.ReadAsync(pair.Ours, table, [1L])).Single();
        Assert.Equal("{a=7 b=\"x\" c=[1 2 ] d=\"from the other\" id=1 }", CborValue.Describe(row));
    }

    /// <summary>Rule 4. The operations API of the original does not increment (it stores the object); its REST port does.</summary>
    [Fact]
    public async Task Increments_of_both_kinds_should_add_up()
    {
        await pair.RestAsync(HttpMethod.Put, "/patched/counter", new { n = 10 });
        await pair.Cluster.UntilReadsAsync(pair.Ours, "data", "patched", "counter", "n", 10);
        for (var round = 1; round <= 10; round++)
            await Task.WhenAll(
                pair.RestAsync(HttpMethod.Patch, "/patched/counter", new { n = new { __op__ = "add", value = round } }),
                ChangeAsync(pair.Ours, "update", "patched", new { id = "counter", n = new { __op__ = "add", value = -1 } }));
        foreach (var node in pair.Cluster.Nodes) await pair.Cluster.UntilReadsAsync(node, "data", "patched", "counter", "n", 55);
    }

    [Fact]
    public async Task A_patch_over_REST_should_change_only_what_it_names()
    {
        await pair.RestAsync(HttpMethod.Put, "/patched/p", new { a = 1, b = 2, n = 1 });
        await pair.Cluster.UntilReadsAsync(pair.Ours, "data", "patched", "p", "b", 2);
        await ChangeAsync(pair.Ours, "update", "patched", new { id = "p", b = 3 });
        await pair.Cluster.UntilReadsAsync(pair.Original, "data", "patched", "p", "b", 3);
        await pair.RestAsync(HttpMethod.Patch, "/patched/p", new { a = 9, n = new { __op__ = "add", value = 4 } });
        await pair.Cluster.UntilReadsAsync(pair.Ours, "data", "patched", "p", "n", 5);
        Assert.Equal("{a=9 b=3 id=\"p\" n=5 }", CborValue.Describe((await MixedPair.ReadAsync(pair.Ours, "patched", ["p"])).Single()));
        await pair.AssertEqualAsync("patched", 1);
    }

    /// <summary>R-TXN: the original writes two tables at once; here nobody ever sees one without the other.</summary>
    [Fact]
    public async Task A_transaction_over_two_tables_should_become_visible_whole()
    {
        const int rounds = 60;
        await pair.RestAsync(HttpMethod.Post, "/both", new { n = 1 });
        await pair.Cluster.UntilReadsAsync(pair.Ours, "data", "right", "1", "n", 1);
        var writing = Task.Run(async () =>
        {
            for (var n = 2; n <= rounds; n++) await pair.RestAsync(HttpMethod.Post, "/both", new { n });
        });
        long left, right = 0;
        await pair.Cluster.UntilAsync("the last round is here", async () =>
        {
            // What is read later is never behind what was read before.
            left = await NumberAsync("left");
            right = await NumberAsync("right");
            Assert.True(right >= left, $"left {left}, and afterwards right {right}");
            left = await NumberAsync("left");
            Assert.True(left >= right, $"right {right}, and afterwards left {left}");
            if (writing.IsFaulted) await writing;
            return right >= rounds;
        });

        await writing;
    }

    /// <summary>What is written here in one transaction is one message there: it is whole, and of many of them the last is what stays.</summary>
    [Fact]
    public async Task A_transaction_of_ours_over_two_tables_should_be_whole_on_the_original()
    {
        var (first, second) = (await pair.CreateTableAsync(pair.Ours, "debit", "n"), await pair.CreateTableAsync(pair.Ours, "credit", "n"));
        await ChangeAsync(pair.Ours, "insert", first, [.. Enumerable.Range(1, 40).Select(id => new { id, n = 0 })]);
        await pair.Cluster.UntilAsync("the rows are there", async () => await MixedCluster.CountAsync(pair.Original, "data", first) == 40);
        for (var n = 1; n <= 40; n++)
            await pair.Ours.CallAsync(new
            {
                operation = "transaction", database = "data",
                operations = new object[]
                {
                    new { operation = "upsert", table = first, records = new[] { new { id = "x", n }, new { id = $"y{n}", n } } },
                    new { operation = "upsert", table = second, records = new[] { new { id = "x", n } } },
                    new { operation = "delete", table = first, ids = new[] { n } },
                },
            });
        foreach (var table in (string[])[first, second]) await pair.Cluster.UntilReadsAsync(pair.Original, "data", table, "x", "n", 40);
        Assert.Equal(41, await pair.AssertEqualAsync(first, 41));
        Assert.Equal(1, await pair.AssertEqualAsync(second, 1));
    }

    [Fact]
    public async Task What_expires_there_should_expire_here_and_the_other_way_round()
    {
        await pair.RestAsync(HttpMethod.Put, "/fleeting/theirs", new { a = 1 });
        await pair.Ours.CallAsync(new { operation = "create_table", database = "data", table = "passing", primary_key = "id", expiration = 3 });
        await pair.Cluster.UntilAsync("the original has the table", async () => await MixedCluster.CountAsync(pair.Original, "data", "passing") >= 0);
        await ChangeAsync(pair.Ours, "insert", "passing", new { id = "ours", a = 1 });
        await pair.Cluster.UntilAsync("it is gone on all", async () =>
            await MixedCluster.ReadAsync(pair.Ours, "data", "fleeting", "theirs") is null && await MixedCluster.ReadAsync(pair.Ours, "data", "passing", "ours") is null
            && await MixedCluster.ReadAsync(pair.Original, "data", "fleeting", "theirs") is null);
    }

    /// <summary>R-P2P-10, 11, R-NRP-01…08.</summary>
    [Fact]
    public async Task Schema_should_appear_on_the_other_side_and_drops_users_and_roles_should_stay_where_they_were_made()
    {
        var cluster = pair.Cluster;
        foreach (var (writer, reader, mark) in new (NodeProcess, NodeProcess, string)[] { (pair.Original, pair.Ours, "theirs"), (pair.Ours, pair.Original, "ours") })
        {
            await writer.CallAsync(new { operation = "create_database", database = $"{mark}db" });
            await writer.CallAsync(new { operation = "create_table", database = $"{mark}db", table = "things", primary_key = "key" });
            await cluster.UntilAsync("database and table are there", async () => await MixedCluster.CountAsync(reader, $"{mark}db", "things") >= 0);
            await writer.CallAsync(new { operation = "create_attribute", database = $"{mark}db", table = "things", attribute = "declared" });
            await writer.CallAsync(new { operation = "insert", database = $"{mark}db", table = "things", records = new[] { new { key = "k", written = 1 } } });
            await cluster.UntilReadsAsync(reader, $"{mark}db", "things", "k", "written", 1);
            await cluster.UntilAsync("both attributes are there", async () => await AttributesAsync(reader, $"{mark}db") is var names && names.Contains("declared") && names.Contains("written"));

            await writer.CallAsync(new { operation = "add_role", role = $"{mark}role", permission = new { super_user = true } });
            await writer.CallAsync(new { operation = "add_user", username = $"{mark}user", password = "Abc1234!", role = $"{mark}role", active = true });
            await writer.CallAsync(new { operation = "drop_attribute", database = $"{mark}db", table = "things", attribute = "written" });
            await writer.CallAsync(new { operation = "drop_table", database = $"{mark}db", table = "things" });
        }

        // Only here: an original that dropped a table stumbles over rows of it that still come, and stops applying the database.
        await pair.Original.CallAsync(new { operation = "insert", database = "oursdb", table = "things", records = new[] { new { key = "after", written = 2 } } });

        // A row written last on each side has crossed: whatever would have come with or before it is here too.
        var table = await pair.CreateTableAsync(pair.Ours, "last");
        await ChangeAsync(pair.Ours, "insert", table, new { id = 1 });
        await ChangeAsync(pair.Original, "insert", table, new { id = 2 });
        await pair.AssertEqualAsync(table, 2);
        Assert.Equal(1, await MixedCluster.CountAsync(pair.Ours, "theirsdb", "things"));
        Assert.Equal(2, await MixedCluster.CountAsync(pair.Original, "oursdb", "things"));
        Assert.Contains("written", await AttributesAsync(pair.Ours, "theirsdb"));
        Assert.Equal(-1, await MixedCluster.CountAsync(pair.Ours, "oursdb", "things"));
        Assert.DoesNotContain("theirsuser", await NamesAsync(pair.Ours, "list_users", "username"));
        Assert.DoesNotContain("theirsrole", await NamesAsync(pair.Ours, "list_roles", "role"));
        Assert.DoesNotContain("oursuser", await NamesAsync(pair.Original, "list_users", "username"));
        Assert.DoesNotContain("oursrole", await NamesAsync(pair.Original, "list_roles", "role"));
    }

    /// <summary>R-P2P-04, R-CNF: upserts of the same keys on both kinds at once: puts there, patches of every attribute here.</summary>
    [Fact]
    public async Task Concurrent_writes_on_both_kinds_should_end_in_the_same_rows()
    {
        const int keys = 1_000, rounds = 20;
        var table = await pair.CreateTableAsync(pair.Ours, "contested", "by", "round", "value");
        for (var round = 0; round < rounds; round++)
        {
            var now = round;
            await Task.WhenAll(pair.Cluster.Nodes.Select(node => Task.Run(async () =>
            {
                // Each in an order of its own, so that most keys are written at different moments and some at the same.
                var order = new Random((now * 2) + (node is HostProcess ? 1 : 0));
                foreach (var ids in Enumerable.Range(0, keys).OrderBy(_ => order.Next()).Chunk(250).ToList())
                    await ChangeAsync(node, "upsert", table, [.. ids.Select(id => new { id, by = node.Address, round = now, value = order.Next() })]);
            })));
        }

        Assert.Equal(keys, await pair.AssertEqualAsync(table, keys));
    }

    /// <summary>R-CNF: whole records and deletes of the same keys on both at once. The last one counts, whichever comes first.</summary>
    [Fact]
    public async Task Concurrent_deletes_and_puts_on_both_kinds_should_end_in_the_same_rows()
    {
        const int keys = 200, rounds = 10;
        var table = await pair.CreateTableAsync(pair.Ours, "fought", "by", "round");
        for (var round = 0; round < rounds; round++)
        {
            var now = round;
            await Task.WhenAll(pair.Cluster.Nodes.Select(node => Task.Run(async () =>
            {
                var order = new Random((now * 2) + (node is HostProcess ? 1 : 0));
                foreach (var ids in Enumerable.Range(0, keys).OrderBy(_ => order.Next()).Chunk(20).ToList())
                {
                    await node.CallAsync(new { operation = "delete", database = "data", table, ids });
                    if (order.Next(3) > 0) await ChangeAsync(node, "insert", table, [.. ids.Select(id => new { id, by = node.Address, round = now })]);
                }
            })));
        }

        await ChangeAsync(pair.Ours, "upsert", table, new { id = keys, by = "", round = 0 });
        await pair.Cluster.UntilAsync("the last is there", async () => await MixedCluster.ReadAsync(pair.Original, "data", table, keys) is not null);
        await ChangeAsync(pair.Original, "upsert", table, new { id = keys + 1, by = "", round = 0 });
        await pair.Cluster.UntilAsync("and back", async () => await MixedCluster.ReadAsync(pair.Ours, "data", table, keys + 1) is not null);
        await pair.AssertEqualAsync(table, 2);
    }

    private async Task<long> NumberAsync(string table) => (await MixedCluster.ReadAsync(pair.Ours, "data", table, "1"))!.Value.GetProperty("n").GetInt64();

    private static async Task<List<string>> AttributesAsync(NodeProcess node, string database)
    {
        var described = await node.CallAsync(new { operation = "describe_table", database, table = "things" });
        return [.. described.GetProperty("attributes").EnumerateArray().Select(attribute => attribute.GetProperty("attribute").GetString()!)];
    }

    private static async Task<List<string>> NamesAsync(NodeProcess node, string operation, string name) =>
        [.. (await node.CallAsync(new { operation })).EnumerateArray().Select(each => each.GetProperty(name).GetString()!)];
}
