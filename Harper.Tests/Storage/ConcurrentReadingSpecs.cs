using Harper.Core.Commit;
using Harper.Core.Schema;
using Harper.Storage.Rocks;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Storage;

/// <summary>Readers beside the writer (invariant 3): a view pairs a catalog and a store of one moment, and the log is never read beyond what is durable.</summary>
public sealed class ConcurrentReadingSpecs : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RocksStoreFactory _factory = new(RocksSettings.Default);

    public void Dispose()
    {
        _factory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Views_should_be_whole_while_transactions_are_written_and_attributes_dropped()
    {
        using var database = new TestDatabase(_factory.Open(_folder.Below("data")), EngineSettings.Default with { Sync = false });
        var ends = DateTime.UtcNow.AddSeconds(2);
        var reading = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Read(database, ends), TestContext.Current.CancellationToken)).ToArray();
        for (var round = 0; DateTime.UtcNow < ends; round++)
        {
            // Both rows hold the same number, always.
            database.Write(Upsert("a", ("x", round)), Upsert("b", ("x", round)));
            if (round % 5 == 4) database.Commit(new CommitRequest.Schema([new SchemaEdit.DropAttribute(TestDatabase.Dogs, "x")]));
        }

        Assert.True((await Task.WhenAll(reading)).Sum() > 0);
    }

    private static int Read(TestDatabase database, DateTime ends)
    {
        var views = 0;
        double position = 0;
        while (DateTime.UtcNow < ends)
        {
            using (var view = database.Engine.OpenView(database.Now)) Check(view);
            var stretch = database.Engine.ReadLog(position, 1 << 20);
            Assert.True(stretch.ReadThrough <= database.Engine.Positions.Head);
            foreach (var entry in stretch.Transactions) Assert.Equal(2, entry.Changes.Length);
            position = stretch.ReadThrough;
            views++;
        }

        return views;
    }

    private static void Check(Harper.Core.Reading.IReadView view)
    {
        var table = view.Catalog.Find(TestDatabase.Dogs)!;
        var rows = new List<string>();
        using (var scan = view.Scan(table))
            while (scan.MoveNext()) rows.Add(Text(scan.Current.Record)[5..]);
        Assert.True(rows.Count is 0 or 2 && rows.Distinct().Count() <= 1, string.Join(" | ", rows));
        if (rows.Count == 0 || table.Find("x") is not { } attribute) return;
        using var index = view.ScanIndex(table, attribute, default);
        var found = 0;
        while (index.MoveNext()) found++;
        Assert.Equal(2, found);
    }
}
