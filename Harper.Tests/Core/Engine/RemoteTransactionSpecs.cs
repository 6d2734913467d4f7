using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Transactions from streams: logged once (rule 9), positions (rules 11, 12), cursors of originals (rule 14), gaps (rule 17), dropped tables (rule 20, R-NRP-05), the clock (rules 8, 24).</summary>
public sealed class RemoteTransactionSpecs : IDisposable
{
    private static readonly NodeName A = new("a"), B = new("b"), Old = new("old");
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    /// <summary>Rules 9, 12.</summary>
    [Fact]
    public void A_foreign_transaction_should_be_logged_once_with_its_origin_and_version()
    {
        Assert.True(_database.Receive(A, 500, 0, Put("k", ("x", 1))).Changed);
        Assert.False(_database.Receive(A, 500, 0, Put("k", ("x", 1))).Changed);
        var entry = Assert.Single(_database.Log());
        Assert.Equal(new Stamp(500, A), entry.Stamp);
        Assert.Equal("them", entry.User);
        Assert.Equal(500, _database.Engine.Positions.Through[A]);
        Assert.Equal("id=k x=1", _database.Read("k"));
    }

    /// <summary>Rule 9: what changed nothing is a stub, so that the origin's changes are gap-free here.</summary>
    [Fact]
    public void A_change_that_lost_should_be_logged_as_a_stub()
    {
        _database.Receive(B, 900, 0, Put("k", ("x", "newer")));
        _database.Receive(A, 500, 0, Put("k", ("x", "older")), Put("l", ("x", 1)));
        var entry = _database.Log()[1];
        Assert.Equal([true, false], entry.Changes.Select(change => change.IsStub));
        Assert.Equal(0, entry.Changes[0].Change.Value.Shape.Count);
        Assert.Equal("id=k x=newer", _database.Read("k"));
        Assert.Equal("id=l x=1", _database.Read("l"));
    }

    /// <summary>Rule 11.</summary>
    [Fact]
    public void A_position_should_never_be_below_its_version_nor_below_the_wall()
    {
        _database.Receive(A, _database.Now + 30_000, 0, Put("k", ("x", 1)));
        _database.Receive(B, 10, 0, Put("l", ("x", 1)));
        var log = _database.Log();
        Assert.Equal(_database.Now + 30_000, log[0].Position);
        Assert.Equal(Math.BitIncrement(log[0].Position), log[1].Position);
        Assert.True(_database.Write(Insert("m")).Stamp.Version > log[1].Position);
    }

    /// <summary>Rule 17.</summary>
    [Fact]
    public void A_gap_should_be_refused_and_change_nothing()
    {
        _database.Receive(A, 500, 0, Put("k", ("x", 1)));
        var refused = _database.Commit<CommitResult.Rejected>(TestDatabase.Remote(A, 700, 600, Put("k", ("x", 2))));
        Assert.Equal(CommitRejection.Gap, refused.Reason);
        Assert.Equal("id=k x=1", _database.Read("k"));
        Assert.Equal(500, _database.Engine.Positions.Through[A]);
        Assert.True(_database.Receive(A, 600, 500, Put("k", ("x", 2))).Changed);
        Assert.Equal([0, 500], _database.Log().Select(entry => entry.Previous));
    }

    /// <summary>Rules 5, 1: records of one message are tie-checked against the state before it, and applied in order.</summary>
    [Fact]
    public void Several_changes_to_one_key_in_one_message_should_all_count()
    {
        _database.Receive(A, 500, 0, Put("k", ("x", 1), ("y", 1)), Patch("k", ("x", 2)));
        Assert.Equal("id=k x=2 y=1", _database.Read("k"));
        Assert.Single(_database.Log().Single().Changes);
    }

    /// <summary>Rule 14.</summary>
    [Fact]
    public void An_originals_cursor_should_move_with_the_data_and_only_when_it_states_a_position()
    {
        _database.Commit(TestDatabase.FromOriginal(Old, Old, 500, 0, Put("k", ("x", 1))));
        Assert.False(_database.Engine.Positions.Cursors.ContainsKey(Old));
        Assert.False(_database.Engine.Positions.Through.ContainsKey(Old));
        _database.Commit(TestDatabase.FromOriginal(Old, Old, 600, 610, Put("k", ("x", 2))));
        Assert.Equal(610, _database.Engine.Positions.Cursors[Old]);
        Assert.Equal(600, _database.Engine.Positions.Through[Old]);
    }

    /// <summary>Rules 9, 18: an original repeats itself, and what it relays may have holes.</summary>
    [Fact]
    public void Repetitions_of_an_original_should_be_found_by_the_rows()
    {
        _database.Commit(TestDatabase.FromOriginal(A, Old, 500, 510, Put("k", ("x", 1))));
        _database.Commit(TestDatabase.FromOriginal(A, Old, 500, 520, Put("k", ("x", 1))));
        _database.Commit(TestDatabase.FromOriginal(A, Old, 300, 530, Put("l", ("x", 3))));
        Assert.Equal([500, 300], _database.Log().Select(entry => entry.Stamp.Version));
        Assert.All(_database.Log(), entry => Assert.True(double.IsNaN(entry.Previous)));
        Assert.False(_database.Engine.Positions.Through.ContainsKey(A));
        Assert.Equal(530, _database.Engine.Positions.Cursors[Old]);
        Assert.False(_database.Engine.Positions.Cursors.ContainsKey(A));

        // Another of ours relays it with the same mark: nothing follows for the vector either.
        Assert.True(_database.Receive(A, 200, double.NaN, Put("m", ("x", 2))).Changed);
        Assert.False(_database.Engine.Positions.Through.ContainsKey(A));
    }

    [Fact]
    public void An_original_whose_commit_shows_late_should_still_be_heard()
    {
        _database.Commit(TestDatabase.FromOriginal(Old, Old, 600, 610, Put("k", ("x", 2))));
        Assert.True(_database.Commit<CommitResult.Applied>(TestDatabase.FromOriginal(Old, Old, 590, 611, Put("l", ("x", 1)))).Changed);
        Assert.Equal("id=l x=1", _database.Read("l"));
        Assert.Equal(600, _database.Engine.Positions.Through[Old]);
        Assert.False(_database.Commit<CommitResult.Applied>(TestDatabase.FromOriginal(Old, Old, 590, 612, Put("l", ("x", 1)))).Changed);
    }

    [Fact]
    public void A_table_that_was_never_announced_should_come_to_be()
    {
        var cats = new TableName("cats");
        _database.Receive(A, 500, 0, Put("k", ("x", 1)) with { Table = cats });
        Assert.Equal(["id", "x"], _database.Engine.Catalog.Find(cats)!.Attributes.Select(attribute => attribute.Name));
    }

    /// <summary>Rule 20, R-NRP-05.</summary>
    [Fact]
    public void A_table_dropped_here_should_not_come_back_with_a_peers_rows()
    {
        _database.Write(Insert("k", ("x", 1)));
        _database.Commit(new CommitRequest.Schema([new Harper.Core.Schema.SchemaEdit.DropTable(TestDatabase.Dogs)]));
        _database.Receive(A, 500, 0, Put("k", ("x", 2)));
        Assert.Null(_database.Engine.Catalog.Find(TestDatabase.Dogs));
        Assert.Equal(500, _database.Engine.Positions.Through[A]);

        // Whoever is behind this node may have the table still.
        var logged = _database.Log()[^1].Changes.Single();
        Assert.False(logged.IsStub);
        Assert.NotEqual(0, logged.Change.Value.Values.Length);
        Assert.NotNull(_database.Engine.Catalog.FindInLog(TestDatabase.Dogs));
        _database.CreateTable(TestDatabase.Dogs);
        Assert.Null(_database.Read("k"));
        Assert.Equal(2, _database.Log().Length);
    }

    /// <summary>Rules 8, 24: kept, not applied, then applied in version order when its time comes.</summary>
    [Fact]
    public void A_version_far_ahead_of_the_clock_should_wait_in_quarantine_until_its_time()
    {
        var start = _database.Now;
        _database.Receive(A, 500, 0, Put("k", ("x", 0)));
        _database.Receive(A, start + 100_000, 500, Put("k", ("x", 1)));
        _database.Receive(A, start + 110_000, start + 100_000, Put("k", ("x", 2)), Put("l", ("x", 2)));
        Assert.Equal("id=k x=0", _database.Read("k"));
        Assert.Equal(2, _database.Engine.Statistics.QuarantinedTransactions);
        Assert.Equal(start + 110_000, _database.Engine.Positions.Through[A]);
        Assert.Equal(500, _database.Engine.Positions.CopyVector[A]);
        Assert.Single(_database.Log());
        Assert.Equal([start + 40_000, start + 50_000], _database.Engine.ReadQuarantine(10).Select(entry => entry.ReleaseAt!.Value));

        _database.Now = start + 40_000;
        _database.Commit<CommitResult.Maintained>(new CommitRequest.ReleaseQuarantine());
        Assert.Equal("id=k x=1", _database.Read("k"));
        _database.Reopen();
        Assert.Equal(start + 100_000, _database.Engine.Positions.CopyVector[A]);

        // Whatever comes next, those who waited come before it.
        _database.Now = start + 50_001;
        _database.Receive(A, start + 110_001, start + 110_000, Patch("k", ("y", 3)));
        Assert.Equal("id=k x=2 y=3", _database.Read("k"));
        Assert.Equal([0, 500, start + 100_000, start + 110_000], _database.Log().Select(entry => entry.Previous));
        Assert.Equal(0, _database.Engine.Statistics.QuarantinedTransactions);
        Assert.Equal(start + 110_001, _database.Engine.Positions.CopyVector[A]);
    }

    /// <summary>Rule 24, invariant 8.</summary>
    [Fact]
    public void What_cannot_be_merged_should_be_quarantined_and_the_stream_go_on()
    {
        _database.Receive(A, 500, 0, Put("k", ("x", 1)));
        var broken = new Change(TestDatabase.Dogs, KeyCodec.FromText("k"), ChangeKind.Patch, new EncodedRecord(new Shape(["x"]), new byte[] { 0xdb, 0xff }));
        _database.Receive(A, 600, 500, Put("l", ("x", 1)), broken);
        var kept = Assert.Single(_database.Engine.ReadQuarantine(10));
        Assert.Equal(new Stamp(600, A), kept.Transaction.Stamp);
        Assert.Equal(2, kept.Transaction.Changes.Length);
        Assert.Null(_database.Read("l"));
        Assert.True(_database.Receive(A, 700, 600, Put("m", ("x", 1))).Changed);
        Assert.All(_database.Log()[1].Changes, change => Assert.True(change.IsStub));
    }

    [Fact]
    public void A_full_quarantine_should_drop_the_bytes_and_say_which_tables_must_be_copied()
    {
        using var small = new TestDatabase(settings: EngineSettings.Default with { MaxQuarantineBytes = 300 });
        var transaction = new Transaction(new Stamp(500, A), null, [Put("k", ("x", new string('x', 500)))]);
        small.Commit(new CommitRequest.Quarantine(transaction, A, "unreadable", null, null));
        var kept = Assert.Single(small.Engine.ReadQuarantine(10));
        Assert.Empty(kept.Transaction.Changes);
        Assert.Contains("must be copied: dogs", kept.Reason, StringComparison.Ordinal);
        Assert.Equal(500, small.Engine.Positions.Through[A]);
    }

    /// <summary>Rule 24: what is set aside is logged as it came, once, for nodes of ours that take it from here.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_set_aside_should_stand_in_the_log_as_it_came(bool fromOriginal)
    {
        var transaction = new Transaction(new Stamp(500, A), "u", [Put("k", ("x", 1)), Patch("l", ("y", 2))]);
        var request = new CommitRequest.Quarantine(transaction, A, "blobs", null, null)
        {
            FromOriginal = fromOriginal, Kinds = [HeldKind.Plain, HeldKind.Invalidate],
        };
        _database.Commit(request);
        _database.Commit(request);
        _database.Reopen();

        var logged = Assert.Single(_database.Log());
        Assert.Equal([HeldKind.Plain, HeldKind.Invalidate], logged.Changes.Select(change => change.Held));
        Assert.Equal("x", Assert.Single(logged.Changes[0].Change.Value.Shape.Names, name => name == "x"));
        Assert.Equal(fromOriginal, double.IsNaN(logged.Previous));
        Assert.Equal(fromOriginal ? 0 : 500, _database.Engine.Positions.Through.GetValueOrDefault(A));
        Assert.Null(_database.Read("k"));
        Assert.Equal(1, _database.Engine.Statistics.QuarantinedTransactions);
    }

    /// <summary>Rule 17 holds for what is set aside too.</summary>
    [Fact]
    public void A_gap_before_what_is_set_aside_should_end_the_stream_likewise()
    {
        var transaction = new Transaction(new Stamp(500, A), null, [Put("k", ("x", 1))]);
        var answer = _database.Commit<CommitResult.Rejected>(new CommitRequest.Quarantine(transaction, A, "blobs", null, null) { Previous = 400 });
        Assert.Equal(CommitRejection.Gap, answer.Reason);
    }

    /// <summary>A row of a copy says nothing of how far its origin is here.</summary>
    [Fact]
    public void A_copied_row_that_is_set_aside_should_move_no_position()
    {
        var transaction = new Transaction(new Stamp(500, A), null, [Put("k", ("x", 1))]);
        _database.Commit(new CommitRequest.Quarantine(transaction, A, "blobs", null, null) { Copied = true });
        Assert.Empty(_database.Engine.Positions.Through);
        Assert.Empty(_database.Log());
        Assert.Equal(1, _database.Engine.Statistics.QuarantinedTransactions);
    }

    /// <summary>Rule 10.</summary>
    [Fact]
    public void A_tables_expiration_should_count_from_the_version()
    {
        var cats = new TableName("cats");
        _database.CreateTable(cats, spec => spec with { ExpirationSeconds = 10 });
        _database.Receive(A, _database.Now - 9_000, 0, Put("k", ("x", 1)) with { Table = cats });
        using var view = _database.Engine.OpenView(_database.Now);
        Assert.Equal(_database.Now + 1000, view.ReadRow(view.Catalog.Find(cats)!, KeyCodec.FromText("k"))!.ExpiresAt);
    }
}
