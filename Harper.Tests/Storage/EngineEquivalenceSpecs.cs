using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Memory;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Storage.Rocks;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Storage;

/// <summary>
/// Random operations: the engine over RocksDB equals the engine over memory equals a model that keeps rows in a dictionary and merges with
/// <see cref="RowMerge"/> alone; and each index equals a scan of the rows.
/// </summary>
public sealed class EngineEquivalenceSpecs : IDisposable
{
    private static readonly string[] Names = ["n", "s", "c"];
    private readonly TemporaryFolder _folder = new();
    private readonly RocksStoreFactory _factory = new(RocksSettings.Default);

    public void Dispose()
    {
        _factory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Engines_over_either_store_should_equal_the_model_and_their_indexes_their_rows()
    {
        for (var seed = 0; seed < LongRun.Scale(12, 500); seed++) Run(seed);
    }

    private void Run(int seed)
    {
        var random = new Random(seed);
        using var rocks = new TestDatabase(_factory.Open(_folder.Below("seed" + seed)), EngineSettings.Default with { Sync = false });
        using var memory = new TestDatabase(new MemoryStore());
        var model = new Dictionary<string, Row>();
        var through = new Dictionary<NodeName, double>();
        for (var step = 0; step < 60; step++)
        {
            var requests = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Next(random, through, rocks.Now)).ToArray();
            rocks.Now = memory.Now = rocks.Now + random.Next(3);
            var outcome = rocks.Engine.Commit(requests, rocks.Now);
            var other = memory.Engine.Commit(requests.Select(Fresh).ToArray(), memory.Now);
            Assert.Equal(outcome.Results.Select(Describe), other.Results.Select(Describe));
            foreach (var logged in outcome.Logged)
                foreach (var change in logged.Changes) Model(model, change.Change, logged.Stamp);
            foreach (var request in requests.OfType<CommitRequest.CopyChunk>())
                foreach (var copied in request.Changes) Model(model, copied.Change, copied.Stamp);
            if (random.Next(10) > 0) continue;
            rocks.Reopen();
            memory.Reopen();
        }

        Compare(model, rocks, seed);
        Compare(model, memory, seed);
        Assert.Equal(rocks.Log().Select(entry => (entry.Position, entry.Stamp, entry.Previous, entry.Bytes)), memory.Log().Select(entry => (entry.Position, entry.Stamp, entry.Previous, entry.Bytes)));
    }

    private static void Model(Dictionary<string, Row> model, Change change, Stamp stamp)
    {
        var key = System.Text.Encoding.UTF8.GetString(change.Key.Span);

        // A stub has lost against what the model holds already.
        if (change.Kind != ChangeKind.Delete && change.Value.Shape.Count == 0) return;
        model[key] = RowMerge.Apply(model.GetValueOrDefault(key), change, stamp, null).Row;
    }

    private static void Compare(Dictionary<string, Row> model, TestDatabase database, int seed)
    {
        using var view = database.Engine.OpenView(database.Now);
        var table = view.Catalog.Find(TestDatabase.Dogs)!;
        using (var rows = view.ScanRows(table))
        {
            var seen = 0;
            while (rows.MoveNext())
            {
                var expected = model[System.Text.Encoding.UTF8.GetString(rows.Key.Span)];
                Assert.True(expected.Exists == rows.Row.Exists && expected.Latest == rows.Row.Latest, $"seed {seed}: {rows.Key}");
                Assert.Equal(Text(Counter.Visible(expected)), Text(Counter.Visible(rows.Row)));
                seen++;
            }

            Assert.Equal(model.Count, seen);
        }

        Assert.Equal(model.Values.Count(row => row.Exists), view.Count(table, exact: true));
        Assert.Equal(model.Values.Count(row => row.Exists), view.Count(table, exact: false));
        foreach (var name in Names)
            if (table.Find(name) is { } attribute)
                CompareIndex(view, table, attribute, seed);
        CompareEntries(database, seed);
    }

    /// <summary>The index holds each record that has a value to be indexed once, in value order, and nothing else.</summary>
    private static void CompareIndex(IReadView view, TableDefinition table, AttributeDefinition attribute, int seed)
    {
        var expected = new List<(byte[] Value, byte[] Key)>();
        using (var scan = view.Scan(table))
            while (scan.MoveNext())
                if (RecordReader.TryFind(scan.Current.Record, attribute.Name, out var value) && ValueKey(value) is { } valueKey)
                    expected.Add((valueKey, scan.Current.Key.Bytes.ToArray()));
        expected.Sort((left, right) => left.Value.AsSpan().SequenceCompareTo(right.Value) is var order && order != 0 ? order : left.Key.AsSpan().SequenceCompareTo(right.Key));
        foreach (var descending in new[] { false, true })
        {
            var found = new List<string>();
            using var scan = view.ScanIndex(table, attribute, default, descending);
            while (scan.MoveNext()) found.Add(scan.Current.Key.ToString());
            var wanted = expected.Select(entry => Convert.ToHexString(entry.Key));
            Assert.True((descending ? wanted.Reverse() : wanted).SequenceEqual(found), $"seed {seed}: index of {attribute.Name}, descending {descending}");
        }

    }

    /// <summary>Nothing lies in the index beyond what scans of it give: no entry outlives its value.</summary>
    private static void CompareEntries(TestDatabase database, int seed)
    {
        using var view = database.Engine.OpenView(database.Now);
        var table = view.Catalog.Find(TestDatabase.Dogs)!;
        var expected = 0;
        foreach (var attribute in table.Attributes.Where(attribute => attribute is { Indexed: true, IsPrimaryKey: false }))
        {
            using var scan = view.ScanIndex(table, attribute, default);
            while (scan.MoveNext()) expected++;
        }

        using (var rows = view.ScanRows(table))
            while (rows.MoveNext()) expected += !rows.Row.Exists || !rows.Row.Adds.IsEmpty ? 1 : 0;
        var entries = 0;
        using var cursor = database.Store.Cursor(Family.Index);
        for (cursor.Seek([]); cursor.Valid; cursor.Next()) entries++;
        Assert.True(expected == entries, $"seed {seed}: {entries} index entries, {expected} expected");
    }

    private static byte[]? ValueKey(ReadOnlySpan<byte> value)
    {
        var key = new System.Buffers.ArrayBufferWriter<byte>();
        var reader = new ValueReader(value);
        return reader.Kind != ValueKind.Null && KeyCodec.FromValue(value, key) ? key.WrittenSpan.ToArray() : null;
    }

    private static CommitRequest Next(Random random, Dictionary<NodeName, double> through, double now)
    {
        switch (random.Next(10))
        {
            case < 5:
                return new CommitRequest.Local([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Write(random))], null);
            case < 9:
                var origin = new NodeName(random.Next(2) == 0 ? "a" : "z");
                var previous = through.GetValueOrDefault(origin);
                var version = Math.Max(previous + 1, now - random.Next(20));
                through[origin] = version;
                return TestDatabase.Remote(origin, version, previous, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Change(random)).DistinctBy(change => change.Key)]);
            default:
                return new CommitRequest.CopyChunk(
                    [.. Enumerable.Range(0, 3).Select(_ => new CopiedChange(Change(random), new Stamp(now - random.Next(50), new NodeName("b" + random.Next(2)))))],
                    new(new("b"), Guid.Empty, System.Collections.Immutable.ImmutableDictionary<NodeName, double>.Empty, 0, null, default, 0, 0, true));
        }
    }

    private static LocalWrite Write(Random random) => random.Next(8) == 0 ? Delete(Key(random)) : Local((WriteMode)random.Next(5), Key(random), Values(random));

    private static Change Change(Random random) => random.Next(8) switch
    {
        0 => Remove(Key(random)),
        < 4 => Put(Key(random), Values(random)),
        _ => Patch(Key(random), random.Next(3) == 0 ? [("c", Add(random.Next(1, 5)))] : Values(random)),
    };

    private static string Key(Random random) => "k" + random.Next(25);

    private static (string, object?)[] Values(Random random) => [.. Names.Where(_ => random.Next(3) > 0).DefaultIfEmpty("n").Select(name => (name, name switch
    {
        "s" => random.Next(4) == 0 ? null : (object?)new string((char)('a' + random.Next(3)), random.Next(1, 4) * 100),
        _ => random.Next(10),
    }))];

    /// <summary>The committer fills slots and keeps memory: the second engine gets records of its own.</summary>
    private static CommitRequest Fresh(CommitRequest request) => request is CommitRequest.Local local
        ? local with { Writes = [.. local.Writes.Select(write => write with { Value = new EncodedRecord(write.Value.Shape, write.Value.Values.ToArray()) })] } : request;

    private static string Describe(CommitResult result) => result switch
    {
        CommitResult.Written written => $"{written.Stamp} {string.Join(',', written.Done)} {string.Join(',', written.NewAttributes)}",
        _ => result.ToString(),
    };
}
