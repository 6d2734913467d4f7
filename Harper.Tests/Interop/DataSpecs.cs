using System.Numerics;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>
/// Proves R-P2P-01, R-P2P-04 and R-DAT-01…04 between both kinds of node, in both directions: what one writes the other reads, value by value. 20,400 generated records of
/// every kind of value, in tables that grow, are created with attributes or declared with types; keys of every form, records up to 8 MB, large transactions (rule 27).
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class DataSpecs(MixedPair pair) : IClassFixture<MixedPair>
{
    private const int Batch = 1000;

    [Theory]
    [InlineData(true, 11)]
    [InlineData(false, 12)]
    public async Task Generated_records_should_be_read_as_they_were_written(bool fromOriginal, int seed)
    {
        var (writer, reader) = pair.Direction(fromOriginal);

        // With every attribute indexed by the original, and with none; with all shapes, and with few.
        string[] names = [.. "whole broken flag ascii text long date big nothing list map bytes mixed".Split(' ')];
        var loose = await pair.CreateTableAsync(writer, $"loose{seed}");
        var shaped = await pair.CreateTableAsync(writer, $"shaped{seed}", names);
        var bulk = await pair.CreateTableAsync(writer, $"bulk{seed}", names);
        var shapes = new HashSet<string>();
        foreach (var (table, count, generated) in new[]
        {
            (loose, LongRun.Scale(200, 2_000), new GeneratedRecords(seed)), (shaped, LongRun.Scale(1_100, 3_000), new GeneratedRecords(seed + 1)),
            (bulk, LongRun.Scale(8_900, 100_000), new GeneratedRecords(seed + 2, subsets: 5)),
        })
        {
            var batches = Enumerable.Range(0, count).Select(id => generated.Next($"{seed}-{id}")).Chunk(Batch).ToList();
            foreach (var batch in batches) await MixedPair.WriteAsync(writer, "insert", table, batch);
            await pair.Cluster.UntilAsync("all are there", async () => await MixedCluster.CountAsync(reader, "data", table) == count);
            foreach (var batch in batches)
            {
                var expected = batch.Select(CborValue.Describe).Order(StringComparer.Ordinal);
                Assert.Equal(expected, (await MixedPair.ReadAsync(reader, table, batch.Select(record => record["id"]!))).Select(CborValue.Describe).Order(StringComparer.Ordinal));
                if (table != shaped) continue;
                foreach (var record in batch) shapes.Add(string.Join(' ', record.Keys));
            }
        }

        Assert.True(shapes.Count >= 1_000, $"{shapes.Count} shapes in one table");
    }

    /// <summary>A table that a schema of the original declares, with every type that it has; the values are those at the borders of each.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Values_of_declared_types_should_be_read_as_they_were_written(bool fromOriginal)
    {
        var (writer, reader) = pair.Direction(fromOriginal);
        await pair.Cluster.UntilAsync("the table is on both", async () => await MixedCluster.CountAsync(pair.Ours, "data", "typed") >= 0);
        List<Dictionary<string, object?>> records = [];
        foreach (var (name, values) in new Dictionary<string, object?[]>
        {
            ["whole"] = [0L, 1L, -1L, 127L, 128L, 65_536L, (long)int.MaxValue, (long)int.MinValue], ["long"] = [5L, (double)(1L << 40), (double)((1L << 53) - 1), (double)(-(1L << 53) + 1)],
            ["broken"] = [0.1, -2.5, 1e300, 5e-324, 3.0, 99.99], ["flag"] = [true, false], ["text"] = ["", "a", "naïve 😀", new string('t', 5_000)],
            ["date"] = [DateTimeOffset.FromUnixTimeMilliseconds(0), DateTimeOffset.FromUnixTimeMilliseconds(1577836800123), DateTimeOffset.FromUnixTimeMilliseconds(-1)],
            ["big"] = [BigInteger.Pow(3, 100), -BigInteger.Pow(2, 70)], ["bytes"] = [Array.Empty<byte>(), new byte[] { 0, 255, 128 }],
            ["any"] = [1L, "x", true, new Dictionary<string, object?> { ["a"] = 1L }], ["texts"] = [Array.Empty<object?>(), new object?[] { "a", "" }], ["numbers"] = [new object?[] { 0.5, 2L }],
        })
        {
            foreach (var value in values) records.Add(new() { ["id"] = $"{fromOriginal} {name} {records.Count}", [name] = value });
        }

        records.Add(new() { ["id"] = $"{fromOriginal} all", ["whole"] = 7L, ["long"] = 8L, ["broken"] = 0.5, ["flag"] = true, ["text"] = "all", ["texts"] = new object?[] { "z" }, ["undeclared"] = "too" });
        await MixedPair.WriteAsync(writer, "insert", "typed", records);
        var ids = records.Select(record => record["id"]!).ToList();
        await pair.Cluster.UntilAsync("all are there", async () => (await MixedPair.ReadAsync(reader, "typed", ids)).Count == ids.Count);
        foreach (var node in pair.Cluster.Nodes)
            Assert.Equal(
                records.Select(CborValue.Describe).Order(StringComparer.Ordinal), (await MixedPair.ReadAsync(node, "typed", ids)).Select(CborValue.Describe).Order(StringComparer.Ordinal));
    }

    /// <summary>Rule 27: what is accepted here is small enough for an original, in the stream as in one transaction of many records.</summary>
    [Fact]
    public async Task The_largest_transactions_that_are_accepted_here_should_reach_an_original()
    {
        var table = await pair.CreateTableAsync(pair.Ours, "largest", "n", "text");
        var many = LongRun.Scale(20_000, 100_000);
        await MixedPair.WriteAsync(pair.Ours, "insert", table, Enumerable.Range(0, many).Select(id => new Dictionary<string, object?> { ["id"] = (long)id, ["n"] = (long)id }));
        var length = LongRun.Scale(20, 63) << 20;
        await MixedPair.WriteAsync(pair.Ours, "insert", table, [new() { ["id"] = "long", ["text"] = new string('x', length) }]);
        await pair.Cluster.UntilAsync("all are there", async () => await MixedCluster.CountAsync(pair.Original, "data", table) == many + 1);
        Assert.Equal(length, ((string)(await MixedPair.ReadAsync(pair.Original, table, ["long"])).Single()["text"]!).Length);
        await MixedPair.WriteAsync(pair.Original, "insert", table, [new() { ["id"] = "after", ["n"] = 1L }]);
        await pair.Cluster.UntilAsync("the link goes on", async () => (await MixedPair.ReadAsync(pair.Ours, table, ["after"])).Count == 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_of_every_form_should_name_the_same_records(bool fromOriginal)
    {
        var (writer, _) = pair.Direction(fromOriginal);
        var table = await pair.CreateTableAsync(writer, fromOriginal ? "keys1" : "keys2");
        object[] keys =
        [
            1L, -1L, 0L, 1.5, -2.25, 1e21, 5e-324, 9007199254740992L, -9007199254740992L, 4294967296L, 123456789L, "1", "a", "é", "😀", "\u0001x", new string('k', 200),
            new object[] { "a", 1L }, new object[] { "a", 2L }, new object[] { "a", "1" }, new object[] { 1L, "b", 2.5 }, new object[] { "a", "b", "c" },
        ];
        await MixedPair.WriteAsync(writer, "insert", table, keys.Select((key, i) => new Dictionary<string, object?> { ["id"] = key, ["n"] = (long)i }));
        Assert.Equal(keys.Length, await pair.AssertEqualAsync(table, keys.Length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Records_from_one_byte_to_eight_megabytes_should_arrive_whole(bool fromOriginal)
    {
        var (writer, reader) = pair.Direction(fromOriginal);
        var table = await pair.CreateTableAsync(writer, fromOriginal ? "sizes1" : "sizes2", "text", "bytes");
        var random = new Random(3);
        foreach (var size in (int[])[1, 100, 8_191, 65_535, 65_536, 1_000_000, 8_000_000])
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            var records = new[]
            {
                new Dictionary<string, object?> { ["id"] = $"text {size}", ["text"] = string.Create(size, random, (span, dice) => span.Fill((char)dice.Next('a', 'z'))) },
                new Dictionary<string, object?> { ["id"] = $"bytes {size}", ["bytes"] = bytes },
            };
            foreach (var record in records)
            {
                await MixedPair.WriteAsync(writer, "insert", table, [record]);
                await pair.Cluster.UntilAsync($"{record["id"]} arrives", async () => (await MixedPair.ReadAsync(reader, table, [record["id"]!])).Count == 1);
                Assert.Equal(CborValue.Describe(record), CborValue.Describe((await MixedPair.ReadAsync(reader, table, [record["id"]!])).Single()));
            }
        }
    }

    /// <summary>Null and absent, numbers and big integers, dates and texts are told apart by the original's own reading of what we sent.</summary>
    [Fact]
    public async Task An_original_should_hold_exactly_what_was_written_here()
    {
        var table = await pair.CreateTableAsync(pair.Ours, "exact", "a");
        await MixedPair.WriteAsync(pair.Ours, "insert", table,
        [
            new()
            {
                ["id"] = "x", ["nothing"] = null, ["whole"] = 5L, ["above32"] = 1L << 40, ["big"] = BigInteger.Pow(3, 100), ["beyond"] = (1L << 53) + 1, ["date"] = DateTimeOffset.FromUnixTimeMilliseconds(1577836800123),
                ["broken"] = 0.1, ["bytes"] = new byte[] { 0, 255 }, ["list"] = new object?[] { 1L, null, new Dictionary<string, object?>() }, ["text"] = "2020-01-01T00:00:00.123Z",
            },
        ]);
        await pair.Cluster.UntilReadsAsync(pair.Original, "data", table, "x", "whole", 5);
        var exact = await pair.RestAsync(HttpMethod.Post, "/exact", new { database = "data", table, id = "x" });
        var members = exact.EnumerateObject().Where(member => !member.Name.StartsWith("__", StringComparison.Ordinal))
            .Select(member => $"{member.Name}: {member.Value.GetRawText().Replace("\"", "", StringComparison.Ordinal)}").Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "above32: number 1099511627776", "beyond: bigint 9007199254740993", $"big: bigint {BigInteger.Pow(3, 100)}", "broken: number 0.1", "bytes: bytes 00ff",
                "date: date 1577836800123", "id: string x", "list: [number 1,null,{}]", "nothing: null", "text: string 2020-01-01T00:00:00.123Z", "whole: number 5",
            ],
            members);
    }
}
