using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Storage.Memory;
using Harper.Storage.Rocks;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Storage;

/// <summary>What a kill or a power loss leaves (invariants 1 and 2): every acknowledged write, and no position ahead of its data.</summary>
public sealed class CrashSpecs : IDisposable
{
    private static readonly NodeName A = new("a");
    private readonly TemporaryFolder _folder = new();
    private readonly RocksStoreFactory _factory = new(RocksSettings.Default);

    public void Dispose()
    {
        _factory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_database_whose_process_was_killed_should_hold_every_acknowledged_write()
    {
        using var database = new TestDatabase(_factory.Open(_folder.Below("live")));
        for (var kill = 0; kill < 5; kill++)
        {
            for (var i = 0; i < 20; i++) database.Write(Upsert("k" + i, ("x", kill), ("t", "text " + i)));
            database.Receive(A, 500 + kill, kill == 0 ? 0 : 499 + kill, Put("remote" + kill, ("x", kill)));
            var killed = _folder.Below("killed" + kill);
            TemporaryFolder.CopyFiles(_folder.Below("live"), killed);
            using var reopened = new TestDatabase(_factory.Open(killed));
            for (var i = 0; i < 20; i++) Assert.Equal($"id=k{i} t=text {i} x={kill}", reopened.Read("k" + i));
            Assert.Equal(500 + kill, reopened.Engine.Positions.Through[A]);
            Assert.Equal($"id=remote{kill} x={kill}", reopened.Read("remote" + kill));
            Assert.Equal(database.Log().Length, reopened.Log().Length);
            Assert.Equal(database.Engine.Positions.Incarnation, reopened.Engine.Positions.Incarnation);
            Assert.Equal(database.Engine.Statistics.Rows, reopened.Engine.Statistics.Rows);
            Assert.True(reopened.Write(Insert("after")).Stamp.Version > reopened.Log()[^2].Position);
        }
    }

    /// <summary>A log of writes that ends in the middle of a batch: the batch is gone as a whole, everything before it stands.</summary>
    [Fact]
    public void A_torn_batch_should_be_gone_as_a_whole()
    {
        using var database = new TestDatabase(_factory.Open(_folder.Below("live")));
        database.Write(Insert("before", ("x", 1)));
        var live = _folder.Below("live");
        var wal = Directory.EnumerateFiles(live, "*.log").Order(StringComparer.Ordinal).Last();
        var whole = new FileInfo(wal).Length;
        database.Write([.. Enumerable.Range(0, 50).Select(i => Insert("torn" + i, ("x", i), ("y", "value")))]);
        var written = new FileInfo(wal).Length;
        Assert.True(written > whole);
        foreach (var cut in new[] { 1, 100, (int)(written - whole) / 2, (int)(written - whole) - 1 })
        {
            var torn = _folder.Below("torn" + cut);
            TemporaryFolder.CopyFiles(live, torn);
            using (var file = File.OpenWrite(Path.Combine(torn, Path.GetFileName(wal)))) file.SetLength(written - cut);
            using var reopened = new TestDatabase(_factory.Open(torn));
            Assert.Equal("id=before x=1", reopened.Read("before"));
            for (var i = 0; i < 50; i++) Assert.Null(reopened.Read("torn" + i));
            Assert.Equal(reopened.Engine.Positions.Head, Assert.Single(reopened.Log()).Position);
            Assert.Null(reopened.Table.Find("y"));
        }
    }

    /// <summary>Under <c>async</c> durability a power loss takes the newest commits, and positions with them.</summary>
    [Fact]
    public void What_was_not_synced_should_be_lost_together_with_the_positions_that_speak_of_it()
    {
        var store = new MemoryStore();
        using var database = new TestDatabase(store, EngineSettings.Default with { Sync = false });
        for (var i = 0; i < 10; i++) database.Receive(A, 500 + i, i == 0 ? 0 : 499 + i, Put("k" + i, ("x" + i, i)));
        for (var surviving = store.Unsynced; surviving >= 0; surviving--)
        {
            store.LosePower(surviving);
            database.Reopen();
            if (database.Engine.Catalog.Find(TestDatabase.Dogs) is null) continue;
            var through = database.Engine.Positions.Through.GetValueOrDefault(A, 499);
            for (var i = 0; i < 10; i++) Assert.Equal(500 + i <= through, database.Read("k" + i) is not null);
            Assert.Equal((int)through - 499, database.Log().Length);
            if (database.Engine.Positions.Through.ContainsKey(A)) break;
        }
    }

    [Fact]
    public void A_database_of_a_later_format_should_be_refused()
    {
        var store = new MemoryStore();
        using var database = new TestDatabase(store);
        using var cursor = store.Cursor(Harper.Core.Storage.Family.Meta);
        cursor.Seek([]);
        var damaged = cursor.Value.ToArray();
        damaged[0]++;
        using var batch = store.CreateBatch();
        batch.Put(Harper.Core.Storage.Family.Meta, cursor.Key, damaged);
        store.Write(batch, sync: true);
        Assert.Throws<Harper.Core.Storage.StoreException>(() => database.Reopen());
    }
}
