using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Positions;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rules 9, 14, 16, 17, 21, 23, 24 and D33 as far as taking goes.</summary>
public sealed class ReceivingDataSpecs
{
    private static ReceivingDrive Streaming() => new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer));

    private static ReceivingDrive Copying() => new ReceivingDrive(Receiving(), Empty).Named(OursNamed(Peer)).Turn()
        .Frame(new ControlFrame.CopyStart(Now, CopyWalk.OrderVersion, new CopySource(Vector((Peer, 10)), Vector(), Theirs) { Answers = 1 }));

    [Fact]
    public void A_transaction_should_be_committed_with_its_origin_its_version_and_the_version_before_it()
    {
        var remote = Streaming().Data(Transaction(Third, 20, previous: 10, position: Now)).Commits<CommitRequest.Remote>().Single();

        Assert.Equal((Third, 20.0, 10.0), (remote.Transaction.Stamp.Origin, remote.Transaction.Stamp.Version, remote.Previous!.Value));
        Assert.Equal((Peer, false, null), (remote.Via, remote.FromOriginal, remote.IssuerPosition));
    }

    [Fact]
    public void A_position_should_be_confirmed_only_when_what_is_before_it_is_durable()
    {
        var drive = Streaming().Data(Transaction(Peer, 20, 0, position: 25));
        Assert.Empty(drive.Last.OfType<ReceivingEffect.Send>());

        Assert.Equal(25, drive.Applied(1, confirmed: 25).Sent<ControlFrame.CommittedUpdate>().Position);
        Assert.Empty(drive.Applied(0, confirmed: 24).Last);
    }

    [Fact]
    public void Rule_9_what_lost_at_the_sender_should_count_for_completeness_and_change_nothing()
    {
        var stub = new ReceivedChange(ReceivedKind.Stub, Put(1), new(20, Third));
        var remote = Streaming().Data(Transaction(Third, 20, 10, Now, stub)).Commits<CommitRequest.Remote>().Single();

        Assert.Empty(remote.Transaction.Changes);
    }

    [Fact]
    public void Rule_14_no_cursor_should_be_kept_before_an_original_states_a_position_above_0()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OriginalNamed(Peer)).Turn();
        var complete = drive.Data(Transaction(Peer, 20, position: 0)).Commits<CommitRequest.CopyComplete>().Single();
        Assert.Null(complete.IssuerPosition);

        drive.Applied(3, copyCompleted: true);
        Assert.Equal(33, drive.Data(Transaction(Peer, 30, position: 33)).Commits<CommitRequest.Remote>().Single().IssuerPosition);
    }

    [Fact]
    public void Rule_14_a_position_without_records_should_move_the_cursor_of_an_original()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Cursors = Vector((Peer, Now)) }).Streaming(OriginalNamed(Peer));

        var update = drive.Frame(new ControlFrame.SequenceIdUpdate(44)).Commits<CommitRequest.Positions>().Single().Updates.Single();
        Assert.Equal(new PositionUpdate.Cursor(Peer, 44), update);
    }

    [Fact]
    public void Rule_14_a_position_that_comes_while_the_end_of_a_copy_is_being_committed_should_become_the_cursor()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OriginalNamed(Peer)).Turn().Data(Transaction(Peer, 20, position: 0));

        var update = drive.Frame(new ControlFrame.SequenceIdUpdate(44)).Commits<CommitRequest.Positions>().Single().Updates.Single();
        Assert.Equal(new PositionUpdate.Cursor(Peer, 44), update);
    }

    [Fact]
    public void Rule_16_a_change_of_our_own_that_we_do_not_have_should_raise_the_clock_before_it_is_applied()
    {
        // An original is asked for them by name; ours give them back in a copy.
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Cursors = Vector((Peer, Now)) }).Streaming(OriginalNamed(Peer)).Data(Transaction(Self, Now + 10, 0, Now));

        Assert.IsType<CommitRequest.OwnWritesAhead>(drive.Last.OfType<ReceivingEffect.Apply>().First().Request);
    }

    [Fact]
    public void Rule_17_a_gap_should_end_the_session_so_that_it_resumes_from_what_is_durable()
    {
        var drive = Streaming().Data(Transaction(Third, 20, 15, Now));

        var close = drive.Applied(1, failure: new CommitResult.Rejected(CommitRejection.Gap, "15 is not here")).Of<ReceivingEffect.Close>().Reason;
        Assert.Equal((ConnectionEndKind.Resume, 1011), (close.Kind, close.Code));
    }

    [Fact]
    public void Rule_21_the_sources_vector_should_be_stored_before_any_row()
    {
        var chunk = Copying().Commits<CommitRequest.CopyChunk>().Single();

        Assert.Empty(chunk.Changes);
        Assert.Equal(10, chunk.Cursor.Vector[Peer]);
        Assert.Equal((Peer, Theirs, Now), (chunk.Cursor.Source, chunk.Cursor.SourceIncarnation, chunk.Cursor.StartPosition));
    }

    [Fact]
    public void Rule_21_the_cursor_should_stay_before_a_row_that_may_be_cut_by_the_end_of_a_message()
    {
        var drive = Copying().Data(Rows((1, 5, Peer), (2, 6, Third), (2, 7, Peer)));

        var chunk = drive.Commits<CommitRequest.CopyChunk>().Single();
        Assert.Equal(3, chunk.Changes.Length);
        Assert.Equal((Dog, KeyCodec.FromNumber(1)), (chunk.Cursor.Table!.Value, chunk.Cursor.After));
    }

    [Fact]
    public void Rule_21_the_cursor_should_move_with_rows_that_fill_a_message_each()
    {
        var drive = Copying().Data(Rows((1, 5, Peer)));
        Assert.Null(drive.Commits<CommitRequest.CopyChunk>().Single().Cursor.Table);

        Assert.Equal(KeyCodec.FromNumber(1), drive.Data(Rows((2, 6, Peer))).Commits<CommitRequest.CopyChunk>().Single().Cursor.After);
        Assert.Equal(KeyCodec.FromNumber(1), drive.Data(Rows((2, 7, Third))).Commits<CommitRequest.CopyChunk>().Single().Cursor.After);
        Assert.Equal(KeyCodec.FromNumber(2), drive.Data(Rows((3, 8, Peer))).Commits<CommitRequest.CopyChunk>().Single().Cursor.After);
    }

    [Fact]
    public void Rule_21_a_copy_that_two_sources_served_should_end_at_what_both_had()
    {
        var cursor = new CopyCursor(Third, Guid.NewGuid(), Vector((Third, 5), (Peer, 6)), 99, Dog, KeyCodec.FromNumber(7), 7, 70, false);
        var drive = new ReceivingDrive(Receiving(), Empty with { Copy = cursor }).Named(OursNamed(Peer)).Turn()
            .Frame(new ControlFrame.CopyStart(99, CopyWalk.OrderVersion, new CopySource(Vector((Third, 3), (Peer, 60)), Vector(), Theirs) { Answers = 1 }));

        var resumed = drive.Commits<CommitRequest.CopyChunk>().Single().Cursor;
        Assert.Equal(Vector((Third, 3), (Peer, 6)), resumed.Vector);
        Assert.Equal((Dog, KeyCodec.FromNumber(7), Peer), (resumed.Table!.Value, resumed.After, resumed.Source));
    }

    [Fact]
    public void Rule_23_whole_transactions_should_be_claimed_only_when_the_log_up_to_the_sources_head_is_applied()
    {
        var drive = Copying().Frame(new ControlFrame.CopyComplete(Now + 100));
        var rest = drive.Commits<CommitRequest.CopyComplete>().Single().Rest;
        Assert.Equal(Now + 100, rest!.Head);

        drive.Positions = drive.Positions with { HasHistory = true, Rest = rest };
        drive.Applied(2, confirmed: Now, copyCompleted: true);
        Assert.Single(drive.Last.OfType<ReceivingEffect.CopyEnded>());
        Assert.False(drive.State.IsFlowing);

        // Others stream from now on: what is asked for changes, what is lacking does not.
        drive.On(new ReceivingEvent.DirectChanged([Third])).Frame(new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty, []));
        Assert.Equal(ReceivingPhase.Streaming, drive.State.Phase);
        Assert.False(drive.State.IsFlowing);

        drive.Applied(0, confirmed: Now + 100);
        Assert.Equal(new PositionUpdate.CaughtUp(Peer, Now + 100), drive.Commits<CommitRequest.Positions>().Single().Updates.Single());
        drive.Positions = drive.Positions with { Rest = null };
        Assert.True(drive.Applied(1).State.IsFlowing);
    }

    [Fact]
    public void Rule_23_what_a_copy_still_lacks_should_outlive_the_session_that_copied()
    {
        var rest = new CopyRest(Peer, Now + 100, Vector((Peer, 50), (Third, 60)));
        var lacking = WithHistory with { Rest = rest, Through = Vector((Peer, 40), (Third, 60)), PeerIncarnations = WithHistory.PeerIncarnations.Add(Peer, Theirs) };
        var source = new ReceivingDrive(Receiving(), lacking).Streaming(OursNamed(Peer));
        Assert.Equal((ReceivingPhase.Streaming, false), (source.State.Phase, source.State.IsFlowing));
        Assert.Empty(source.Applied(0, confirmed: Now + 99).Commits<CommitRequest.Positions>());
        Assert.Single(source.Applied(0, confirmed: Now + 100).Commits<CommitRequest.Positions>());
        Assert.Empty(source.Applied(0, confirmed: Now + 101).Commits<CommitRequest.Positions>());
    }

    [Fact]
    public void Rule_23_what_a_copy_still_lacks_may_come_from_others_when_its_source_is_gone()
    {
        var rest = new CopyRest(Third, Now + 100, Vector((Peer, 50), (Third, 60), (Self, 70)));
        var lacking = WithHistory with { Rest = rest, Through = Vector((Peer, 50), (Third, 59)), PeerIncarnations = WithHistory.PeerIncarnations.Add(Peer, Theirs) };
        var other = new ReceivingDrive(Receiving(), lacking).Streaming(OursNamed(Peer));
        Assert.True(other.State.IsFlowing);
        Assert.Empty(other.Applied(0, confirmed: Now + 500).Commits<CommitRequest.Positions>());

        other.Positions = other.Positions with { Through = Vector((Peer, 50), (Third, 60)) };
        Assert.Equal(new PositionUpdate.CaughtUp(Third, Now + 100), other.Applied(0).Commits<CommitRequest.Positions>().Single().Updates.Single());
    }

    [Fact]
    public void A_copy_that_does_not_move_should_end_after_its_own_deadline_and_go_on_later()
    {
        var context = Receiving() with { Deadlines = new SessionDeadlines(Copy: 1_000) };
        var drive = new ReceivingDrive(context, Empty).Named(OursNamed(Peer)).Turn().Frame(new ControlFrame.CopyStart(1, CopyWalk.OrderVersion, new CopySource(Vector(), Vector(), Theirs) { Answers = 1 }));
        drive.Now += 900;
        Assert.Empty(drive.On(ReceivingEvent.Tick.Instance).Last);
        drive.Now += 200;
        Assert.Equal(ConnectionEndKind.Resume, drive.On(ReceivingEvent.Tick.Instance).Of<ReceivingEffect.Close>().Reason.Kind);
    }

    [Fact]
    public void Rule_21_while_another_session_copies_nothing_should_be_taken()
    {
        var drive = Streaming().On(ReceivingEvent.Yield.Instance);

        Assert.Empty(drive.Request.Entries);
        Assert.Equal(ReceivingPhase.Waiting, drive.State.Phase);
        Assert.NotEmpty(drive.On(ReceivingEvent.AskAgain.Instance).Turn().Request.Entries);
    }

    [Fact]
    public void Rule_24_what_cannot_be_applied_should_be_set_aside_whole_and_move_on()
    {
        var bad = new ReceivedChange(ReceivedKind.Undecodable, Put(1), new(20, Third), new byte[] { 1, 2 }, "no structure 3");
        var drive = Streaming().Data(Transaction(Third, 20, 10, Now, bad, new ReceivedChange(ReceivedKind.Change, Put(2), new(20, Third))));

        var aside = drive.Commits<CommitRequest.Quarantine>().Single();
        Assert.Equal(("no structure 3", 2), (aside.Reason, aside.Transaction.Changes.Length));
        Assert.Empty(drive.Commits<CommitRequest.Remote>());
        Assert.Equal(1, drive.State.Quarantined);
    }

    [Fact]
    public void D33_users_that_a_peer_sends_should_be_dropped_and_counted()
    {
        var context = Receiving(DatabaseName.System);
        var drive = new ReceivingDrive(context, WithHistory).Streaming(OursNamed(Peer));
        var user = new ReceivedChange(ReceivedKind.Change, Put(1, "hdb_user"), new(20, Peer));
        drive.Data(Transaction(Peer, 20, 0, Now, user, new ReceivedChange(ReceivedKind.Change, Put(2, "hdb_nodes"), new(20, Peer))));

        Assert.Equal("hdb_nodes", drive.Commits<CommitRequest.Remote>().Single().Transaction.Changes.Single().Table.Value);
        Assert.Equal(1, drive.State.Dropped);
    }

    [Fact]
    public void R_SYN_05_a_first_copy_from_an_original_should_leave_out_here_what_is_older()
    {
        var drive = new ReceivingDrive(Receiving(startTime: 6), WithHistory).Named(OriginalNamed(Peer)).Turn();
        Assert.Equal(0, drive.Request.Entries.Single().StartTime);
        drive.Data(Transaction(Peer, 5), Transaction(Peer, 6), Transaction(Peer, 7));

        var chunk = drive.Commits<CommitRequest.CopyChunk>().Last();
        Assert.Equal(7, chunk.Changes.Single().Stamp.Version);
        Assert.Equal(6, chunk.Cursor.Since);
    }

    [Fact]
    public void R_SYN_05_one_of_ours_should_be_asked_to_leave_out_rows_by_itself()
    {
        var positions = WithHistory with { Through = Vector((Self, 5)) };
        var drive = new ReceivingDrive(Receiving(startTime: 6), positions).Named(OursNamed(Peer));
        Assert.Empty(drive.Commits<CommitRequest.Positions>());
        Assert.Equal(6, drive.Turn().Request.Entries[0].CopyResume!.Since);
        drive.Frame(new ControlFrame.CopyStart(Now, CopyWalk.OrderVersion, new CopySource(Vector(), Vector(), Theirs) { Answers = 1 }));

        // A row comes as the changes that make it: an old one may belong to a row that changed since.
        Assert.Equal(2, drive.Data(Rows((1, 5, Peer), (1, 7, Peer))).Commits<CommitRequest.CopyChunk>().Single().Changes.Length);
        Assert.Equal(6, drive.Commits<CommitRequest.CopyChunk>().Single().Cursor.Since);
    }

    [Fact]
    public void R_SYN_05_a_start_time_should_not_count_after_the_first_copy()
    {
        var known = WithHistory with { PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs) };
        Assert.False(new ReceivingDrive(Receiving(startTime: 6), known).Named(OursNamed(Peer)).Of<ReceivingEffect.AskTurn>().Copy);
        var resynced = new ReceivingDrive(Receiving(startTime: 6), known with { Since = 6 }).Streaming(OursNamed(Peer)).On(ReceivingEvent.ResyncAsked.Instance).Turn();
        Assert.Null(resynced.Request.Entries[0].CopyResume!.Since);
    }

    [Fact]
    public void Work_that_does_not_move_should_end_the_session_and_an_idle_stream_should_not()
    {
        var idle = Streaming().Applied(1);
        idle.Now += 600_000;
        Assert.Empty(idle.On(ReceivingEvent.Tick.Instance).Last);

        idle.Data(Transaction(Peer, 20, 0, Now));
        idle.Now += 61_000;
        Assert.Equal(ConnectionEndKind.Resume, idle.On(ReceivingEvent.Tick.Instance).Of<ReceivingEffect.Close>().Reason.Kind);
    }

    [Fact]
    public void A_copy_of_an_original_that_has_nothing_should_end_by_itself()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OriginalNamed(Peer)).Turn().Applied(1);
        drive.Now += 11_000;

        Assert.Single(drive.On(ReceivingEvent.Tick.Instance).Commits<CommitRequest.CopyComplete>());
    }
}
