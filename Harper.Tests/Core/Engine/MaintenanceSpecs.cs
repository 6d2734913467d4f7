using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Memory;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Eviction (rule 10), trimming and the floor (rules 8, 13), settling (rules 4, 25), large entries (rule 27), a store that fails (invariant 1).</summary>
public sealed class MaintenanceSpecs : IDisposable
{
    private static readonly NodeName A = new("a"), B = new("b");
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    /// <summary>Rule 10.</summary>
    [Fact]
    public void Eviction_should_leave_a_local_tombstone_that_is_not_logged()
    {
        _database.Write(Insert("a", ("x", 1)) with { ExpiresAt = _database.Now + 100 }, Insert("b", ("x", 1)));
        var logged = _database.Log().Length;
        Assert.Equal(0, _database.Commit<CommitResult.Maintained>(new CommitRequest.Evict(TestDatabase.Dogs, 10)).Count);
        _database.Now += 100;
        Assert.Equal(1, _database.Commit<CommitResult.Maintained>(new CommitRequest.Evict(TestDatabase.Dogs, 10)).Count);
        Assert.Equal(0, _database.Commit<CommitResult.Maintained>(new CommitRequest.Evict(TestDatabase.Dogs, 10)).Count);
        Assert.Equal(logged, _database.Log().Length);
        var tombstone = _database.Row("a")!;
        Assert.False(tombstone.Exists);
        Assert.NotNull(tombstone.ExpiresAt);
        Assert.Equal(1, _database.Engine.Statistics.Rows[TestDatabase.Dogs]);

        // The same change arriving again does not bring it back; a newer one does.
        var stamp = tombstone.Latest;
        _database.Commit(new CommitRequest.CopyChunk([new CopiedChange(Put("a", ("x", 1)), stamp)], Cursor()));
        Assert.Null(_database.Read("a"));
        _database.Write(Insert("a", ("x", 2)));
        Assert.Equal("id=a x=2", _database.Read("a"));
    }

    /// <summary>R-NRP-10.</summary>
    [Fact]
    public void Rows_that_are_deleted_here_alone_should_leave_no_word_in_the_log_and_mark_the_table_for_good()
    {
        _database.Write(Insert("a", ("x", 1)), Insert("b", ("x", 1)), Insert("c", ("x", 1)));
        var rows = new[] { "a", "b" }.Select(key => (KeyCodec.FromText(key), _database.Row(key)!.Latest)).ToImmutableArray();
        _database.Write(Update("b", ("x", 2)));
        var logged = _database.Log().Length;
        Assert.Equal(1, _database.Commit<CommitResult.Maintained>(new CommitRequest.DeleteHere(TestDatabase.Dogs, rows)).Count);
        Assert.Equal(logged, _database.Log().Length);
        Assert.Equal((null, "id=b x=2", "id=c x=1"), (_database.Read("a"), _database.Read("b"), _database.Read("c")));
        Assert.Equal(2, _database.Engine.Statistics.Rows[TestDatabase.Dogs]);

        // The change that made it does not bring it back; a newer one does.
        _database.Commit(new CommitRequest.CopyChunk([new CopiedChange(Put("a", ("x", 1)), rows[0].Item2)], Cursor()));
        Assert.Null(_database.Read("a"));
        _database.Reopen();
        Assert.True(_database.Engine.Catalog.Find(TestDatabase.Dogs)!.IsThinned);
        _database.Write(Insert("a", ("x", 3)));
        Assert.Equal("id=a x=3", _database.Read("a"));
    }

    /// <summary>Rules 8, 13.</summary>
    [Fact]
    public void Trimming_should_raise_the_floor_and_keep_the_clock()
    {
        _database.Receive(A, 500, 0, Put("k", ("x", 1)));
        _database.Receive(B, 700, 0, Put("k", ("x", 2)));
        _database.Receive(A, 600, 500, Put("l", ("x", 1)));
        var log = _database.Log();
        Assert.Equal(2, _database.Commit<CommitResult.Maintained>(new CommitRequest.TrimLog(log[1].Position)).Count);
        Assert.Equal(600, _database.Log().Single().Stamp.Version);
        Assert.Equal(500, _database.Engine.Positions.Floor[A]);
        Assert.Equal(700, _database.Engine.Positions.Floor[B]);

        _database.Commit(new CommitRequest.TrimLog(double.MaxValue));
        Assert.Empty(_database.Log());
        Assert.Equal(0, _database.Engine.Statistics.LogBytes);
        var head = _database.Engine.Positions.Head;
        _database.Reopen();
        Assert.Equal(head, _database.Engine.Positions.Head);
        Assert.Equal("id=l x=1", _database.Read("l"));
        _database.Now = 10;
        Assert.True(_database.Write(Insert("m")).Stamp.Version > head);
    }

    /// <summary>Rule 25.</summary>
    [Fact]
    public void A_tombstone_should_go_only_when_everybody_has_confirmed_it()
    {
        _database.Write(Insert("a"), Insert("b"));
        var deleted = _database.Write(Delete("a")).Stamp.Version;
        Assert.Equal(0, _database.Commit<CommitResult.Maintained>(new CommitRequest.Settle(Math.BitDecrement(deleted))).Count);
        Assert.NotNull(_database.Row("a"));
        Assert.Equal(1, _database.Commit<CommitResult.Maintained>(new CommitRequest.Settle(deleted)).Count);
        Assert.Null(_database.Row("a"));
        Assert.NotNull(_database.Row("b"));
        Assert.Equal(0, _database.Commit<CommitResult.Maintained>(new CommitRequest.Settle(double.MaxValue)).Count);
    }

    /// <summary>Rule 4.</summary>
    [Fact]
    public void Adds_should_be_folded_once_everybody_has_confirmed_them()
    {
        _database.Write(Insert("a", ("n", 1)));
        var first = _database.Write(Update("a", ("n", Add(2)))).Stamp.Version;
        _database.Write(Update("a", ("n", Add(4))));
        Assert.Equal(1, _database.Commit<CommitResult.Maintained>(new CommitRequest.Settle(first)).Count);
        Assert.Equal(4, _database.Row("a")!.Adds.Single().Amount);
        Assert.Equal("id=a n=7", _database.Read("a"));
        _database.Commit(new CommitRequest.Settle(double.MaxValue));
        Assert.Empty(_database.Row("a")!.Adds);
        Assert.Equal("id=a n=7", _database.Read("a"));
    }

    /// <summary>Rule 27.</summary>
    [Fact]
    public void A_transaction_of_many_megabytes_should_be_logged_in_parts_and_read_back_whole_both_ways()
    {
        _database.Write(Insert("before", ("x", 1)));
        var big = new string('b', 3_500_000);
        var stamp = _database.Write(Insert("big", ("x", big)), Insert("small", ("x", 1))).Stamp;
        _database.Write(Insert("after", ("x", 1)));
        using (var cursor = _database.Store.Cursor(Family.Log))
        {
            var entries = 0;
            for (cursor.Seek([]); cursor.Valid; cursor.Next())
            {
                Assert.True(cursor.Value.Length <= (1 << 20) + 10);
                entries++;
            }

            Assert.Equal(6, entries);
        }

        var log = _database.Log();
        Assert.Equal(3, log.Length);
        Assert.Equal($"id=big x={big}", Text(log[1].Changes[0].Change.Value));
        var stretch = _database.Engine.ReadLog(0, 100);
        Assert.Equal(2, stretch.Transactions.Length);
        Assert.Equal(stamp.Version, stretch.ReadThrough);
        Assert.Equal(log.Reverse().Select(entry => entry.Position), _database.Engine.ReadLogBackwards(double.PositiveInfinity, int.MaxValue).Transactions.Select(entry => entry.Position));
        var back = _database.Engine.ReadLogBackwards(double.PositiveInfinity, 1);
        Assert.Equal([log[2].Position], back.Transactions.Select(entry => entry.Position));
        Assert.Equal([log[1].Position], _database.Engine.ReadLogBackwards(back.ReadThrough, 1).Transactions.Select(entry => entry.Position));
        Assert.Equal(0, _database.Engine.ReadLogBackwards(log[1].Position, int.MaxValue).ReadThrough);

        _database.Commit(new CommitRequest.TrimLog(log[1].Position));
        Assert.Equal(["after"], _database.Log().Select(entry => System.Text.Encoding.UTF8.GetString(entry.Changes[0].Change.Key.Span)));
        using var rest = _database.Store.Cursor(Family.Log);
        rest.Seek([]);
        rest.Next();
        Assert.False(rest.Valid);
    }

    [Fact]
    public void Log_entries_should_read_back_as_they_were_handed_to_the_tail()
    {
        var outcome = _database.Engine.Commit(
            [new CommitRequest.Local([Insert("a", ("x", 1)) with { ExpiresAt = 5_000_000 }, Insert("b", ("y", "z"))], "me"), TestDatabase.Remote(A, 500, 0, Put("a", ("x", 0)), Remove("c"))],
            _database.Now);
        var log = _database.Log();
        Assert.Equal(outcome.Logged.Select(Describe), log.Select(Describe));
        Assert.Equal(outcome.Logged.Sum(entry => (long)entry.Bytes), _database.Engine.Statistics.LogBytes);

        static string Describe(Harper.Core.TransactionLog.LoggedTransaction entry) =>
            $"{entry.Position:R} {entry.Stamp} {entry.Previous} {entry.User} {entry.Bytes} "
            + string.Join('|', entry.Changes.Select(change => $"{change.IsStub} {change.Change.Table} {change.Change.Key} {change.Change.Kind} {change.Change.Operation} {change.Change.ExpiresAt} {change.Change.Value.Shape} {Convert.ToHexString(change.Change.Value.Values.Span)}"));
    }

    /// <summary>Invariant 1: after a store has failed nothing is acknowledged any more.</summary>
    [Fact]
    public void A_store_that_fails_should_stop_the_engine_and_publish_nothing()
    {
        var store = (MemoryStore)_database.Store;
        var before = _database.Engine.Positions;
        store.Break();
        Assert.Throws<StoreException>(() => _database.Write(Insert("a")));
        store.Mend();
        Assert.Throws<StoreException>(() => _database.Write(Insert("b")));
        Assert.Same(before, _database.Engine.Positions);
        _database.Reopen();
        Assert.Null(_database.Read("a"));
        _database.Write(Insert("a"));
        Assert.NotNull(_database.Read("a"));
    }

    private static Harper.Core.Positions.CopyCursor Cursor() =>
        new(A, Guid.NewGuid(), System.Collections.Immutable.ImmutableDictionary<NodeName, double>.Empty, 0, null, default, 0, 0, true);
}
