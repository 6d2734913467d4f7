using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Core.Engine.CopyScenes;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Copies (rules 21, 22), the floor (rule 13), own writes that come back (rule 16), positions without data (rules 14, 15).</summary>
public sealed class CopyAndPositionSpecs : IDisposable
{
    private static readonly NodeName Old = new("old");
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    /// <summary>Rules 9, 21, 22.</summary>
    [Fact]
    public void Copied_rows_should_be_merged_by_their_stamps_and_not_logged()
    {
        _database.Receive(B, 700, 0, Put("k", ("x", "newer")));
        Chunk("l", Copied(A, 500, Put("k", ("x", "older"))), Copied(A, 500, Put("l", ("x", 1))), Copied(B, 600, Patch("l", ("y", 2))));
        Assert.Equal("id=k x=newer", _database.Read("k"));
        Assert.Equal("id=l x=1 y=2", _database.Read("l"));
        Assert.Single(_database.Log());
        Assert.Equal(new Stamp(600, B), _database.Row("l")!.Latest);
        Chunk("l", Copied(A, 500, Put("l", ("x", 1))), Copied(B, 600, Patch("l", ("y", 2))));
        Assert.Equal("id=l x=1 y=2", _database.Read("l"));
    }

    /// <summary>Rule 21: a copy that was cut goes on where it stopped.</summary>
    [Fact]
    public void The_copy_cursor_should_be_stored_with_each_chunk()
    {
        Chunk("l", Copied(A, 500, Put("l", ("x", 1))));
        _database.Reopen();
        var cursor = _database.Engine.Positions.Copy!;
        Assert.Equal((A, Incarnation, TestDatabase.Dogs, KeyCodec.FromText("l"), 7L), (cursor.Source, cursor.SourceIncarnation, cursor.Table, cursor.After, cursor.Rows));
        Assert.Equal(Vector(), cursor.Vector);
        Assert.False(_database.Engine.Positions.HasHistory);
    }

    /// <summary>Rule 21: rows of a copy wait for no sync; a power cut takes the newest of them together with the cursor, and the end syncs all.</summary>
    [Fact]
    public void Copied_rows_should_be_synced_with_the_end_of_the_copy()
    {
        var store = Assert.IsType<Harper.Core.Storage.Memory.MemoryStore>(_database.Store);
        Chunk("k", Copied(A, 500, Put("k", ("x", 1))));
        Assert.Equal(0, store.Unsynced);
        Chunk("l", Copied(A, 501, Put("l", ("x", 2))));
        Chunk("m", Copied(A, 502, Put("m", ("x", 3))));
        Assert.Equal(2, store.Unsynced);
        store.LosePower(surviving: 1);
        _database.Reopen();
        Assert.Equal(KeyCodec.FromText("l"), _database.Engine.Positions.Copy!.After);
        Assert.Equal("id=l x=2", _database.Read("l"));
        Assert.Null(_database.Read("m"));
        Chunk("m", Copied(A, 502, Put("m", ("x", 3))));
        _database.Commit(new CommitRequest.CopyComplete(Cursor("m"), null));
        Assert.Equal(0, store.Unsynced);
    }

    /// <summary>A client's write in the same group waits for its sync as ever; so does what is set aside.</summary>
    [Fact]
    public void Copied_rows_should_spare_nothing_else_its_sync()
    {
        var store = Assert.IsType<Harper.Core.Storage.Memory.MemoryStore>(_database.Store);
        Chunk("k", Copied(A, 500, Put("k", ("x", 1))));
        Chunk("l", Copied(A, 501, Put("l", ("x", 2))));
        Assert.Equal(1, store.Unsynced);
        _database.Write(Insert("mine", ("x", 9)));
        Assert.Equal(0, store.Unsynced);
        Chunk("m", Copied(A, _database.Now + 3_600_000_000, Put("m", ("x", 3))));
        Assert.Equal(0, store.Unsynced);
    }

    /// <summary>Rule 20.</summary>
    [Fact]
    public void What_passed_should_be_stored_with_the_positions_that_it_speaks_of()
    {
        var dogs = TableFilter.Only([TestDatabase.Dogs]);
        _database.Commit(new CommitRequest.CopyChunk([], Cursor("l") with { Filter = dogs }));
        _database.Commit(new CommitRequest.Positions([new PositionUpdate.TakesLess(B, dogs), new PositionUpdate.GivesLess(B, TableFilter.AllBut([TestDatabase.Dogs]))]));
        _database.Reopen();
        Assert.Equal(dogs, _database.Engine.Positions.Copy!.Filter);
        Assert.Equal(TableFilter.AllBut([TestDatabase.Dogs]), _database.Engine.Positions.Given[B]);

        _database.Commit(new CommitRequest.CopyComplete(Cursor("l") with { Filter = dogs }, null));
        _database.Commit(new CommitRequest.Positions([new PositionUpdate.TakesLess(B, TableFilter.AllBut([TestDatabase.Dogs])), new PositionUpdate.Given(B, TableFilter.All)]));
        _database.Reopen();
        Assert.Equal(dogs, _database.Engine.Positions.Taken[A]);
        Assert.Equal(TableFilter.None, _database.Engine.Positions.Taken[B]);
        Assert.Empty(_database.Engine.Positions.Given);
        Assert.True(_database.Engine.Positions.TakesMore(A, TableFilter.All));
        _database.Commit(new CommitRequest.CopyComplete(Cursor("l"), null));
        Assert.False(_database.Engine.Positions.Taken.ContainsKey(A));
    }

    /// <summary>Rules 13, 21.</summary>
    [Fact]
    public void A_finished_copy_should_raise_vector_floor_and_clock_to_what_was_fixed_at_its_beginning()
    {
        _database.Now = Math.Max(_database.Now, 2_000_000);
        _database.Receive(B, 800, 0, Put("k", ("x", 1)));
        Chunk("l", Copied(A, 500, Put("l", ("x", 1))));
        _database.Commit(new CommitRequest.CopyComplete(Cursor("l"), null));
        var positions = _database.Engine.Positions;
        Assert.Null(positions.Copy);
        Assert.True(positions.HasHistory);
        Assert.Equal(2_000_000, positions.Through[A]);
        Assert.Equal(2_000_000, positions.Floor[A]);
        Assert.True(positions.Head >= 2_000_000);
        Assert.Equal(Incarnation, positions.PeerIncarnations[A]);

        // B's changes were all in the log already: nobody has to copy for them.
        Assert.Equal(800, positions.Through[B]);
        Assert.False(positions.Floor.ContainsKey(B));
        Assert.False(_database.Receive(A, 1_500_000, 0, Put("l", ("x", 9))).Changed);
    }

    [Fact]
    public void Rule_23_what_a_copy_still_lacks_should_be_stored_until_it_is_reached_or_its_source_is_removed()
    {
        var vector = ImmutableDictionary<NodeName, double>.Empty.Add(A, 2_000_100);
        var rest = new CopyRest(A, 2_000_200, vector);
        _database.Commit(new CommitRequest.CopyComplete(Cursor("l"), null) { Rest = rest with { Vector = vector.SetItem(A, 2_000_000) } });
        Assert.Null(_database.Engine.Positions.Rest);

        _database.Commit(new CommitRequest.CopyComplete(Cursor("l"), null) { Rest = rest });
        _database.Reopen();
        Assert.Equal((A, 2_000_200d, 2_000_100d), (_database.Engine.Positions.Rest!.Source, _database.Engine.Positions.Rest.Head, _database.Engine.Positions.Rest.Vector[A]));
        _database.Commit(new CommitRequest.Positions([new PositionUpdate.CaughtUp(A, 2_000_199)]));
        Assert.NotNull(_database.Engine.Positions.Rest);
        _database.Commit(new CommitRequest.Positions([new PositionUpdate.CaughtUp(A, 2_000_200)]));
        _database.Reopen();
        Assert.Null(_database.Engine.Positions.Rest);

        _database.Commit(new CommitRequest.CopyComplete(Cursor("l"), null) { Rest = rest });
        _database.Commit(new CommitRequest.ForgetPeer(B));
        _database.Commit(new CommitRequest.CopyComplete(Cursor("l") with { Source = B }, null));
        Assert.Equal(A, _database.Engine.Positions.Rest!.Source);
        _database.Commit(new CommitRequest.ForgetPeer(A));
        Assert.Null(_database.Engine.Positions.Rest);
    }

    [Fact]
    public void A_copy_from_an_original_should_end_with_its_position_as_cursor_and_floor()
    {
        var cursor = new CopyCursor(Old, Guid.Empty, ImmutableDictionary<NodeName, double>.Empty, 900, null, default, 0, 0, false);
        _database.Commit(new CommitRequest.CopyComplete(cursor, 950));
        Assert.Equal(950, _database.Engine.Positions.Cursors[Old]);
        Assert.Equal(900, _database.Engine.Positions.Floor[Old]);
    }

    /// <summary>Rules 8, 24.</summary>
    [Fact]
    public void A_copied_row_from_the_future_should_wait_and_not_drag_the_clock_along()
    {
        var start = _database.Now;
        Chunk("l", Copied(A, start + 90_000, Put("l", ("x", 1))), Copied(A, start + 90_000, Put("m", ("x", 2))));
        Assert.Null(_database.Read("l"));
        Assert.True(_database.Engine.Positions.Head < start + 60_000);
        Assert.Equal(2, _database.Engine.Statistics.QuarantinedTransactions);
        _database.Now = start + 30_000;
        _database.Write(Insert("z"));
        Assert.Equal(["id=l x=1", "id=m x=2"], [_database.Read("l"), _database.Read("m")]);
        Assert.Single(_database.Log());
    }

    /// <summary>Rule 16.</summary>
    [Fact]
    public void Own_writes_that_peers_hold_should_come_back_and_their_versions_never_be_used_again()
    {
        var lost = _database.Now + 5000;
        var before = _database.Engine.Positions.Incarnation;
        _database.Write(Insert("kept", ("x", 1)));
        _database.Commit(new CommitRequest.OwnWritesAhead(lost, null));
        var positions = _database.Engine.Positions;
        Assert.NotEqual(before, positions.Incarnation);
        Assert.Equal(lost, positions.Floor[TestDatabase.Self]);
        Assert.True(positions.Head > lost);

        // Writes are accepted before everything is back; what comes back later is still taken in.
        Assert.True(_database.Write(Insert("new", ("x", 1))).Stamp.Version > lost);
        Assert.True(_database.Receive(TestDatabase.Self, lost - 1000, _database.Now, Put("back", ("x", 2))).Changed);
        Assert.True(_database.Receive(TestDatabase.Self, lost, lost - 1000, Put("back", ("x", 3))).Changed);
        Assert.False(_database.Receive(TestDatabase.Self, lost, lost - 1000, Put("back", ("x", 3))).Changed);
        Assert.Equal("id=back x=3", _database.Read("back"));
        Assert.False(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(lost, null)).Changed);
    }

    /// <summary>Rule 16: local writes went on above what was lost, so only the log tells that the peer has one that is not here.</summary>
    [Fact]
    public void A_write_that_only_a_peer_has_should_be_missed_also_below_newer_ones_and_one_that_is_here_not()
    {
        var here = _database.Write(Insert("kept", ("x", 1))).Stamp.Version;
        _database.Now += 1000;
        var lost = here + 500;
        var newest = _database.Write(Insert("newer", ("x", 1))).Stamp.Version;
        var peer = new Harper.Core.Identity.NodeName("peer");
        Assert.False(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(here, peer)).Changed);
        Assert.False(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(newest, peer)).Changed);

        var before = _database.Engine.Positions.Incarnation;
        Assert.True(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(lost, peer)).Changed);
        var positions = _database.Engine.Positions;
        Assert.NotEqual(before, positions.Incarnation);
        Assert.Equal((lost, newest), (positions.Floor[TestDatabase.Self], positions.Through[TestDatabase.Self]));
        Assert.Equal(Guid.Empty, positions.PeerIncarnations[peer]);
        Assert.False(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(lost, peer)).Changed);

        // The other socket heard its name before, and nothing was known of it then.
        _database.Commit(new CommitRequest.Positions([new PositionUpdate.PeerIncarnation(peer, Guid.NewGuid())]));
        Assert.Equal(Guid.Empty, _database.Engine.Positions.PeerIncarnations[peer]);
    }

    /// <summary>Rule 16: the walk may have passed what the source got after it began; a copy that began after the claim brings it.</summary>
    [Fact]
    public void A_copy_should_not_answer_for_own_writes_that_its_source_claims_while_it_runs()
    {
        Chunk("k", Copied(A, 500, Put("k", ("x", 1))));
        var lost = _database.Now;
        _database.Commit(new CommitRequest.OwnWritesAhead(lost, A));
        Chunk("l", Copied(A, 501, Put("l", ("x", 2))));
        _database.Commit(new CommitRequest.CopyComplete(Cursor("l"), null));
        var positions = _database.Engine.Positions;
        Assert.Null(positions.Copy);
        Assert.Equal((true, true), (PeerMarks.RecoversOwn(positions, TestDatabase.Self), PeerMarks.HasLostOf(positions, A)));

        // A claim that is no news voids nothing.
        Chunk("k", Copied(A, 500, Put("k", ("x", 1))));
        Assert.False(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(lost, A)).Changed);
        _database.Commit(new CommitRequest.CopyComplete(Cursor("l"), null));
        positions = _database.Engine.Positions;
        Assert.Equal((false, false), (PeerMarks.RecoversOwn(positions, TestDatabase.Self), PeerMarks.HasLostOf(positions, A)));
    }

    /// <summary>ADR 0012: each claim that is believed makes everybody copy from here, so one peer is not believed any number of times.</summary>
    [Fact]
    public void One_peer_should_be_believed_a_few_times_that_own_writes_are_lost_and_another_all_the_same()
    {
        _database.Write(Insert("kept", ("x", 1)));
        var (liar, honest) = (new NodeName("liar"), new NodeName("honest"));
        var incarnations = new HashSet<Guid> { _database.Engine.Positions.Incarnation };
        for (var claim = 1; claim <= 50; claim++)
        {
            var result = _database.Commit(new CommitRequest.OwnWritesAhead(_database.Engine.Positions.Head + 5, liar));
            incarnations.Add(_database.Engine.Positions.Incarnation);
            if (claim > OwnWriteClaims.AtOnce) Assert.StartsWith("liar claims once more", Assert.IsType<CommitResult.Rejected>(result).Message, StringComparison.Ordinal);
            _database.Commit(new CommitRequest.OwnWritesBack());
        }

        Assert.Equal(OwnWriteClaims.AtOnce + 1, incarnations.Count);
        Assert.True(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(_database.Engine.Positions.Head + 5, honest)).Changed);
        _database.Commit(new CommitRequest.OwnWritesBack());
        _database.Now += OwnWriteClaims.EveryMs;
        Assert.True(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(_database.Engine.Positions.Head + 5, liar)).Changed);
    }

    /// <summary>Rule 8: an original states where its log stood when a copy ends.</summary>
    [Fact]
    public void A_copy_that_ends_in_the_far_future_should_not_carry_the_clock_away()
    {
        var cursor = new CopyCursor(Old, Guid.Empty, ImmutableDictionary<NodeName, double>.Empty, 253_402_300_799_000, null, default, 0, 0, false);
        _database.Commit(new CommitRequest.CopyComplete(cursor, 253_402_300_799_000));
        Assert.InRange(_database.Engine.Positions.Head, 0, _database.Now + 60_000);
        Assert.InRange(_database.Write(Insert("z")).Stamp.Version, _database.Now, _database.Now + 60_001);
    }

    [Fact]
    public void What_a_peer_was_said_to_have_written_and_never_did_should_be_forgotten_and_no_log_be_held_for_complete()
    {
        _database.Receive(A, _database.Now, 0, Put("k", ("x", 1)));
        _database.Commit(new CommitRequest.Positions([new PositionUpdate.Doubted(A, _database.Now)]));
        _database.Reopen();
        var positions = _database.Engine.Positions;
        Assert.False(positions.Through.ContainsKey(A));
        Assert.Equal((_database.Now, Guid.Empty), (positions.Floor[A], positions.PeerIncarnations[A]));
    }

    /// <summary>Rules 8 and 16: whoever claims to have seen what nobody can have taken in does not carry the clock away.</summary>
    [Theory]
    [InlineData(253_402_300_799_000)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void Own_writes_of_the_far_future_should_be_believed_of_nobody(double claimed)
    {
        _database.Write(Insert("kept", ("x", 1)));
        var before = _database.Engine.Positions;
        var peer = new Harper.Core.Identity.NodeName("peer");
        var refused = Assert.IsType<CommitResult.Rejected>(_database.Commit(new CommitRequest.OwnWritesAhead(claimed, peer)));
        Assert.StartsWith("peer claims writes of this node", refused.Message, StringComparison.Ordinal);
        Assert.False(_database.Commit<CommitResult.Applied>(new CommitRequest.OwnWritesAhead(claimed, null)).Changed);
        var after = _database.Engine.Positions;
        Assert.Equal((before.Head, before.Incarnation, before.Floor.Count), (after.Head, after.Incarnation, after.Floor.Count));
        Assert.Empty(after.PeerIncarnations);
    }

    /// <summary>Rules 14, 15.</summary>
    [Fact]
    public void Positions_without_data_should_be_kept_and_forgotten_with_their_peer()
    {
        _database.Commit(new CommitRequest.Positions([
            new PositionUpdate.Cursor(Old, 100), new PositionUpdate.Cursor(B, 0), new PositionUpdate.Confirmed(Old, 50), new PositionUpdate.Confirmed(Old, 40),
            new PositionUpdate.PeerIncarnation(A, Incarnation), new PositionUpdate.MarkHistory()]));
        _database.Reopen();
        var positions = _database.Engine.Positions;
        Assert.Equal(100, positions.Cursors[Old]);
        Assert.False(positions.Cursors.ContainsKey(B));
        Assert.Equal(50, positions.Confirmed[Old]);
        Assert.Equal(Incarnation, positions.PeerIncarnations[A]);
        Assert.True(positions.HasHistory);

        _database.Commit(new CommitRequest.Positions([new PositionUpdate.DropCursor(Old)]));
        _database.Commit(new CommitRequest.ForgetPeer(Old));
        _database.Reopen();
        Assert.Empty(_database.Engine.Positions.Cursors);
        Assert.Empty(_database.Engine.Positions.Confirmed);
        Assert.Single(_database.Engine.Positions.PeerIncarnations);
    }

    /// <summary>Rule 14: a position that cannot be read is dropped and reported, never guessed.</summary>
    [Fact]
    public void An_unreadable_cursor_should_be_dropped_and_counted()
    {
        _database.Commit(new CommitRequest.Positions([new PositionUpdate.Cursor(Old, 100)]));
        using (var cursor = _database.Store.Cursor(Harper.Core.Storage.Family.Meta))
        using (var batch = _database.Store.CreateBatch())
        {
            for (cursor.Seek([]); cursor.Valid; cursor.Next())
            {
                if (cursor.Key[0] != 12) continue;
                var value = cursor.Value.ToArray();
                value[3] ^= 1;
                batch.Put(Harper.Core.Storage.Family.Meta, cursor.Key, value);
            }

            Assert.True(batch.Bytes > 0);
            _database.Store.Write(batch, true);
        }

        _database.Reopen();
        Assert.Empty(_database.Engine.Positions.Cursors);
        Assert.Equal(1, _database.Engine.Statistics.UnreadablePositions);
    }

    private static CopiedChange Copied(NodeName origin, double version, Change change) => new(change, new Stamp(version, origin));

    private void Chunk(string after, params CopiedChange[] changes) => _database.Commit<CommitResult.Applied>(new CommitRequest.CopyChunk([.. changes], Cursor(after)));
}
