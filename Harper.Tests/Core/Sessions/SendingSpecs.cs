using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rules 12, 13, 15, 16 and 21 as far as serving goes; R-P2P-13, W 13.14 and 13.15.</summary>
public sealed class SendingSpecs
{
    private static readonly ReplicationPositions Here = WithHistory with { Through = Vector((Self, Now), (Third, 500)) };

    private static SendingState Start(
        ReplicationPositions? positions, ControlFrame.PeerName name, TableFilter? filter = null, bool isReplicated = true, DatabaseName? database = null)
    {
        var state = SendingState.Start(new SendingContext(
            Self, Guid.Empty, Peer, database ?? DatabaseName.Data, positions is not null, isReplicated, filter ?? TableFilter.All));
        return On(state, positions, new SendingEvent.FrameReceived(name)).State;
    }

    private static SendingStep On(SendingState state, ReplicationPositions? positions, SendingEvent happened, double now = Now) =>
        state.On(happened, positions is null ? null : At(positions, now), now);

    private static SendingStep Ask(SendingState state, ReplicationPositions? positions, params SubscriptionEntry[] entries) =>
        On(state, positions, new SendingEvent.FrameReceived(new ControlFrame.SubscriptionRequest([.. entries], state.Kind == PeerKind.Ours ? [Peer] : default)));

    private static T Of<T>(SendingStep step) where T : SendingEffect => step.Effects.OfType<T>().Single();

    [Fact]
    public void Rule_12_one_of_ours_should_be_served_from_its_vector()
    {
        var plan = Of<SendingEffect.Stream>(Ask(Start(Here, OursNamed(Peer)), Here, new SubscriptionEntry(Self, Now - 9), new SubscriptionEntry(Third, 500))).Plan;

        Assert.True(plan.ByVersion);
        Assert.Equal(Now - 9, plan.After);
        Assert.False(plan.Wants(Peer));
    }

    [Fact]
    public void Rule_13_a_request_below_the_floor_should_be_answered_by_a_copy()
    {
        var positions = Here with { Floor = Vector((Third, 400)) };
        var step = Ask(Start(positions, OursNamed(Peer)), positions, new SubscriptionEntry(Self, Now), new SubscriptionEntry(Third, 399));

        var plan = Of<SendingEffect.Copy>(step).Plan;
        Assert.Equal(positions.Through, plan.Vector);
        Assert.Equal(positions.Through, plan.Then.Starts);
        Assert.IsType<SendingEffect.Stream>(
            Ask(Start(positions, OursNamed(Peer)), positions, new SubscriptionEntry(Self, Now), new SubscriptionEntry(Third, 400)).Effects[^1]);
    }

    [Fact]
    public void Rule_15_an_original_should_be_served_from_what_it_confirmed_and_not_from_its_clock()
    {
        var positions = Here with { Confirmed = Vector((Peer, Now - 500_000)) };
        var plan = Of<SendingEffect.Stream>(Ask(Start(positions, OriginalNamed(Peer)), positions, new SubscriptionEntry(Self, Now - 60_000))).Plan;

        Assert.Equal(Now - 500_000 - SendPlanner.ConfirmedOverlapMs, plan.After);
        Assert.True(plan.OnlyStarts);
        Assert.False(plan.ByVersion);
    }

    [Fact]
    public void R_GOS_01_an_original_should_get_everybodys_node_records_but_its_own_whatever_origins_it_names()
    {
        var positions = Here with { Confirmed = Vector((Peer, Now)) };
        var name = OriginalNamed(Peer) with { Database = DatabaseName.System };
        var plan = Of<SendingEffect.Stream>(Ask(Start(positions, name, database: DatabaseName.System), positions, new SubscriptionEntry(Self, Now))).Plan;

        Assert.True(plan.Wants(Self));
        Assert.True(plan.Wants(Third));
        Assert.False(plan.Wants(Peer));
        Assert.False(Of<SendingEffect.Stream>(Ask(Start(positions, OriginalNamed(Peer)), positions, new SubscriptionEntry(Self, Now))).Plan.Wants(Third));
    }

    [Fact]
    public void Rule_15_an_original_that_never_confirmed_anything_should_get_a_copy_first() =>
        Of<SendingEffect.Copy>(Ask(Start(Here, OriginalNamed(Peer)), Here, new SubscriptionEntry(Self, Now - 60_000)));

    [Fact]
    public void Rule_15_confirmations_should_be_stored_with_a_tick_and_not_each()
    {
        var state = Ask(Start(Here, OriginalNamed(Peer)), Here, new SubscriptionEntry(Self, 0)).State;
        state = On(state, Here, new SendingEvent.FrameReceived(new ControlFrame.CommittedUpdate(Now - 1))).State;
        var step = On(state, Here, new SendingEvent.FrameReceived(new ControlFrame.CommittedUpdate(Now + 99)));
        Assert.Empty(step.Effects);

        var stored = Of<SendingEffect.Commit>(On(step.State, Here, SendingEvent.Tick.Instance)).Request;
        Assert.Equal(new PositionUpdate.Confirmed(Peer, Now), ((CommitRequest.Positions)stored).Updates.Single());
    }

    [Fact]
    public void Rule_16_a_vector_above_the_own_log_should_raise_the_clock()
    {
        var step = Ask(Start(Here, OursNamed(Peer)), Here, new SubscriptionEntry(Self, Now + 7));

        Assert.Equal(Now + 7, Of<SendingEffect.Claim>(step).Request.Seen);
        Assert.Empty(Ask(step.State, Here, new SubscriptionEntry(Self, Now)).Effects);
        Assert.Equal(ConnectionEndKind.Resume, Of<SendingEffect.Close>(On(step.State, Here, new SendingEvent.ClaimJudged("ahead", null))).Reason.Kind);
    }

    [Fact]
    public void Rule_16_a_vector_that_the_writer_does_not_believe_should_be_served_nothing_and_be_told_so()
    {
        var claim = Ask(Start(Here, OursNamed(Peer)), Here, new SubscriptionEntry(Self, Now + 7_000_000));
        var step = On(claim.State, Here, new SendingEvent.ClaimJudged("position ahead of the log", "nobody can have it"));

        Assert.True(Of<SendingEffect.Note>(step).IsAlarm);
        Assert.Contains("nobody can have it", Of<SendingEffect.Note>(step).Text, StringComparison.Ordinal);
        var close = Of<SendingEffect.Close>(step).Reason;
        Assert.Equal((ConnectionEndKind.Refused, SessionClose.Policy), (close.Kind, close.Code));
        Assert.Equal("not believed: position ahead of the log", close.Reason);
    }

    /// <summary>It has what it gave: of the rest the log has each change by itself.</summary>
    [Fact]
    public void Rule_22_an_original_that_copied_to_here_and_asks_for_everything_should_get_the_log()
    {
        var positions = Here with { Floor = Vector((Peer, 400)), Through = Vector((Self, Now)), Cursors = Vector((Peer, 5)) };
        SendingStep Everything(ReplicationPositions known, DatabaseName? database = null, params NodeName[] sources) => Ask(
            On(Start(known, OriginalNamed(Peer) with { Database = database ?? DatabaseName.Data }, database: database), known, new SendingEvent.SourcesChanged([.. sources])).State,
            known, new SubscriptionEntry(Self, 0));

        var plan = Of<SendingEffect.Stream>(Everything(positions, null, Peer)).Plan;
        Assert.Equal((0.0, false, true), (plan.After, plan.Wants(Peer), plan.Wants(Self)));
        Of<SendingEffect.Stream>(Everything(positions with { Copy = new CopyCursor(Peer, Guid.NewGuid(), Vector(), 0, null, default, 0, 0, false) }, null, Peer));

        // It may have lost what it gave, others gave or wrote too, the log is no more whole, it had everything once, or it is about node records.
        Of<SendingEffect.Copy>(Everything(positions, null, Third));
        Of<SendingEffect.Copy>(Everything(positions with { Floor = Vector((Peer, 400), (Third, 400)) }, null, Peer));
        Of<SendingEffect.Copy>(Everything(positions with { Cursors = Vector((Peer, 5), (Third, 5)) }, null, Peer));
        Of<SendingEffect.Copy>(Everything(positions with { Through = Vector((Self, Now), (Third, 5)) }, null, Peer));
        Of<SendingEffect.Copy>(Everything(positions with { Confirmed = Vector((Peer, 5)) }, null, Peer));
        Of<SendingEffect.Copy>(Everything(positions, DatabaseName.System, Peer));
    }

    [Fact]
    public void Rule_21_a_request_during_an_own_copy_should_wait_until_it_ends()
    {
        var copying = Here with { Copy = new CopyCursor(Third, Guid.NewGuid(), Vector(), 0, null, default, 0, 0, false) };
        var step = Ask(Start(copying, OursNamed(Peer)), copying, new SubscriptionEntry(Self, Now));
        Assert.Empty(step.Effects);
        Assert.Equal(SendingPhase.Waiting, step.State.Phase);

        Of<SendingEffect.Stream>(On(step.State, Here, new SendingEvent.OwnCopyChanged(false)));
    }

    [Fact]
    public void Rule_21_an_own_copy_should_close_no_original_that_takes_only_what_was_written_here()
    {
        var known = Here with { Confirmed = Vector((Peer, Now - 1)) };
        var own = Ask(Start(known, OriginalNamed(Peer)), known, new SubscriptionEntry(Self, Now));
        Assert.True(Of<SendingEffect.Stream>(own).Plan.OnlyStarts);
        Assert.Empty(On(own.State, known, new SendingEvent.OwnCopyChanged(true)).Effects);

        var relay = Ask(Start(known, OriginalNamed(Peer)), known, new SubscriptionEntry(Third, Now)).State;
        Of<SendingEffect.Close>(On(relay, known, new SendingEvent.OwnCopyChanged(true)));
    }

    /// <summary>The source of both copies is gone for good: neither would ever be served.</summary>
    [Fact]
    public void Rule_21_two_that_are_being_copied_should_not_wait_for_each_other_for_ever_though_they_ask_again()
    {
        var copying = Here with { Copy = new CopyCursor(Third, Guid.NewGuid(), Vector(), 0, null, default, 0, 0, false) };
        var copy = new SubscriptionEntry(Peer, 0) { CopyResume = new CopyResume(0, null, null, CopyWalk.OrderVersion) };
        var state = Start(copying, OursNamed(Peer));
        SendingStep Request(double after, params SubscriptionEntry[] entries) =>
            On(state, copying, new SendingEvent.FrameReceived(new ControlFrame.SubscriptionRequest([.. entries])), Now + after);

        for (var after = 0; after < 30_000; after += 6_000)
        {
            state = Request(after, copy).State;
            Assert.Equal(SendingPhase.Waiting, state.Phase);
            state = Request(after + 5_000).State;
        }

        Of<SendingEffect.Copy>(On(Request(31_000, copy).State, copying, SendingEvent.Tick.Instance, Now + 31_500));
    }

    /// <summary>What came here meanwhile is in no log: who was copied to is told that this node has more by now.</summary>
    [Fact]
    public void Rule_21_an_own_copy_that_ends_while_one_is_served_should_be_followed_by_what_this_node_has_now()
    {
        var copy = new SubscriptionEntry(Peer, 0) { CopyResume = new CopyResume(0, null, null, CopyWalk.OrderVersion) };
        var state = Ask(Start(Here, OursNamed(Peer)), Here, copy).State;
        state = On(state, Here, new SendingEvent.OwnCopyChanged(true)).State;
        state = On(state, Here, new SendingEvent.OwnCopyChanged(false)).State;
        var step = On(state, Here, SendingEvent.CopySent.Instance);
        Assert.Contains(SendingEffect.StopStream.Instance, step.Effects);
        Of<SendingEffect.SendOriginMap>(step);
        Of<SendingEffect.Stream>(step);
    }

    [Fact]
    public void Rule_21_two_nodes_whose_copies_from_each_other_were_cut_should_not_wait_for_ever()
    {
        var copying = Here with { Copy = new CopyCursor(Peer, Guid.NewGuid(), Vector(), 0, null, default, 0, 0, false) };
        var entry = new SubscriptionEntry(Self, Now) with { CopyResume = new CopyResume(0, null, null, CopyWalk.OrderVersion) };
        var step = Ask(Start(copying, OursNamed(Peer)), copying, entry);

        Of<SendingEffect.Copy>(On(step.State, copying, SendingEvent.Tick.Instance));
    }

    [Fact]
    public void Rule_21_a_copy_that_was_cut_should_go_on_and_stream_from_the_smaller_of_both_vectors()
    {
        var entry = new SubscriptionEntry(Self, Now - 5) with { CopyResume = new CopyResume(77, Dog, Harper.Core.Keys.KeyCodec.FromNumber(3), CopyWalk.OrderVersion) };
        var plan = Of<SendingEffect.Copy>(Ask(Start(Here, OursNamed(Peer)), Here, entry, new SubscriptionEntry(Third, 900))).Plan;

        Assert.Equal((Dog, 77.0), (plan.Start.Table!.Value, plan.StartPosition));
        Assert.Equal(500, plan.Then.Starts[Third]);
        Assert.Equal(Now - 5, plan.KeepAfter);
    }

    [Fact]
    public void A_database_that_is_not_here_should_be_answered_politely_and_kept_silent()
    {
        var step = Ask(Start(null, OriginalNamed(Peer)), null, new SubscriptionEntry(Self, 0));

        Assert.Equal(
            [typeof(ControlFrame.DbSchema), typeof(ControlFrame.NodeNameToIdMap)],
            step.Effects.Cast<SendingEffect.Send>().Select(send => send.Frame.GetType()));
        Assert.IsType<SendingEffect.Close>(On(step.State, null, new SendingEvent.SchemaChanged(DatabaseName.Data)).Effects.Single());
    }

    [Fact]
    public void R_P2P_11_a_database_of_which_more_may_go_should_be_announced_on_system_once_the_peer_is_known()
    {
        var other = new DatabaseName("other");
        var system = Start(Here, OursNamed(Peer) with { Database = DatabaseName.System }, database: DatabaseName.System);
        Assert.Equal(other, Of<SendingEffect.AnnounceDatabases>(On(system, Here, new SendingEvent.DatabaseOpened(other))).Only);

        var unnamed = SendingState.Start(new SendingContext(Self, Guid.Empty, Peer, DatabaseName.System, true, true, TableFilter.All));
        Assert.Empty(On(unnamed, Here, new SendingEvent.DatabaseOpened(other)).Effects);
        Assert.Empty(On(Start(Here, OursNamed(Peer)), Here, new SendingEvent.DatabaseOpened(other)).Effects);
    }

    [Fact]
    public void A_database_that_does_not_replicate_should_be_refused_by_name()
    {
        var state = SendingState.Start(new SendingContext(Self, Guid.Empty, Peer, DatabaseName.Data, true, false, TableFilter.None));
        var close = Of<SendingEffect.Close>(On(state, Here, new SendingEvent.FrameReceived(OriginalNamed(Peer)))).Reason;

        Assert.Equal((1008, "Access to database \"data\" is not permitted"), (close.Code, close.Reason));
    }

    [Fact]
    public void R_FLO_05_a_closed_direction_should_be_refused_whatever_the_other_side_asks()
    {
        var close = Of<SendingEffect.Close>(Ask(Start(Here, OursNamed(Peer), TableFilter.None), Here, new SubscriptionEntry(Self, 0))).Reason;
        Assert.Equal((1008, "Unauthorized database subscription to data"), (close.Code, close.Reason));

        var streaming = Ask(Start(Here, OursNamed(Peer)), Here, new SubscriptionEntry(Self, Now)).State;
        Assert.Equal(close, Of<SendingEffect.Close>(On(streaming, Here, new SendingEvent.FilterChanged(TableFilter.None))).Reason);
    }

    [Fact]
    public void R_FLO_05_an_original_should_be_answered_with_nothing_and_served_once_the_direction_opens()
    {
        var step = Ask(Start(Here, OriginalNamed(Peer), TableFilter.None), Here, new SubscriptionEntry(Self, 0));
        Assert.Equal(
            [typeof(ControlFrame.DbSchema), typeof(ControlFrame.NodeNameToIdMap)],
            step.Effects.OfType<SendingEffect.Send>().Select(send => send.Frame.GetType()));
        Assert.DoesNotContain(step.Effects, effect => effect is SendingEffect.Stream or SendingEffect.Copy or SendingEffect.Close);

        Of<SendingEffect.Copy>(On(step.State, Here, new SendingEvent.FilterChanged(TableFilter.All)));
    }

    [Fact]
    public void Rule_20_what_a_peer_is_not_offered_should_be_remembered_and_copied_when_it_is()
    {
        var dogs = TableFilter.Only([Dog]);
        var step = Ask(Start(Here, OursNamed(Peer), dogs), Here, new SubscriptionEntry(Self, Now));
        Assert.IsType<SendingEffect.Stream>(step.Effects[^1]);
        var narrowed = (CommitRequest.Positions)Of<SendingEffect.Commit>(step).Request;
        Assert.Equal(new PositionUpdate.GivesLess(Peer, dogs), narrowed.Updates.Single());

        // Also after a restart, and whatever it asks for.
        var before = Here with { Given = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Peer, dogs) };
        step = Ask(Start(before, OursNamed(Peer)), before, new SubscriptionEntry(Self, Now));
        var copy = Of<SendingEffect.Copy>(step).Plan;
        Assert.Equal((CopyPlace.Beginning, null), (copy.Start, copy.Answers));

        // It asks for it, and meanwhile confirms what it had before.
        var unasked = On(step.State, before, SendingEvent.CopySent.Instance).State;
        Assert.Empty(On(unasked, before, new SendingEvent.FrameReceived(new ControlFrame.CommittedUpdate(copy.StartPosition))).Effects);
        step = Ask(unasked, before, new SubscriptionEntry(Self, Now, CopyResume: new CopyResume(0, null, null, CopyWalk.OrderVersion) { Only = TableFilter.None, Number = 1 }));
        copy = Of<SendingEffect.Copy>(step).Plan;
        Assert.Equal((1, TableFilter.AllBut([Dog])), (copy.Answers, copy.Only));

        // Only a copy that the peer confirmed takes the mark away.
        Assert.Empty(On(step.State, before, new SendingEvent.FrameReceived(new ControlFrame.CommittedUpdate(copy.StartPosition))).Effects);
        var sent = On(step.State, before, SendingEvent.CopySent.Instance).State;
        var done = Of<SendingEffect.Commit>(On(sent, before, new SendingEvent.FrameReceived(new ControlFrame.CommittedUpdate(copy.StartPosition))));
        Assert.Equal(new PositionUpdate.Given(Peer, TableFilter.All), ((CommitRequest.Positions)done.Request).Updates.Single());
    }

    [Fact]
    public void Rule_20_what_was_copied_on_a_connection_should_not_be_copied_again_when_it_may_carry_more()
    {
        var dogs = TableFilter.Only([Dog]);
        var before = Here with { Given = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Peer, dogs) };
        var first = Ask(Start(before, OursNamed(Peer), dogs), before, new SubscriptionEntry(Self, 0, CopyResume: new CopyResume(0, null, null, CopyWalk.OrderVersion) { Number = 1 }));
        Assert.Null(Of<SendingEffect.Copy>(first).Plan.Only);
        var streaming = On(first.State, before, SendingEvent.CopySent.Instance).State;

        var copy = Of<SendingEffect.Copy>(On(streaming, before, new SendingEvent.FilterChanged(TableFilter.All))).Plan;
        Assert.Equal((TableFilter.AllBut([Dog]), null), (copy.Only, copy.Answers));
        Assert.Equal(Now, copy.Then.Starts[Self]);
    }

    [Fact]
    public void Rule_20_what_an_original_did_not_ask_for_should_be_copied_when_it_does()
    {
        var before = Here with { Given = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Peer, TableFilter.Only([Dog])), Confirmed = Vector((Peer, Now)) };
        var listed = Ask(Start(before, OriginalNamed(Peer)), before, new SubscriptionEntry(Self, Now, false, [Dog]));
        Assert.True(Of<SendingEffect.Note>(listed).IsAlarm);
        Assert.Contains("restart it", Of<SendingEffect.Note>(listed).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(listed.Effects, effect => effect is SendingEffect.Copy or SendingEffect.Commit);

        Of<SendingEffect.Copy>(Ask(Start(before, OriginalNamed(Peer)), before, new SubscriptionEntry(Self, Now)));
        // It left out more than it was offered: known from the first request on.
        var narrowed = Ask(Start(Here, OriginalNamed(Peer)), Here, new SubscriptionEntry(Self, Now, false, [Dog]));
        Assert.Equal(new PositionUpdate.GivesLess(Peer, TableFilter.Only([Dog])), ((CommitRequest.Positions)Of<SendingEffect.Commit>(narrowed).Request).Updates.Single());
    }

    [Fact]
    public void Rule_20_a_stream_that_may_carry_more_from_now_on_should_become_a_copy()
    {
        var dogs = TableFilter.Only([Dog]);
        var before = Here with { Given = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Peer, dogs), Confirmed = Vector((Peer, Now)) };
        foreach (var name in new[] { OursNamed(Peer), OriginalNamed(Peer) })
        {
            var streaming = Ask(Start(before, name, dogs), before, new SubscriptionEntry(Self, Now)).State;
            Assert.Equal(SendingPhase.Streaming, streaming.Phase);
            Of<SendingEffect.Copy>(On(streaming, before, new SendingEvent.FilterChanged(TableFilter.All)));
        }
    }

    [Fact]
    public void Rule_23_a_copy_that_is_asked_for_here_should_go_to_an_original_once_this_node_is_whole_and_to_no_other()
    {
        var known = Here with { Confirmed = Vector((Peer, Now)) };
        var streaming = Ask(Start(known, OriginalNamed(Peer)), known, new SubscriptionEntry(Self, Now)).State;
        var step = On(streaming, known, SendingEvent.CopyAsked.Instance);
        Assert.Contains(SendingEffect.StopStream.Instance, step.Effects);
        Of<SendingEffect.Copy>(step);

        var busy = known with { Copy = new CopyCursor(Third, Guid.Empty, Vector(), 0, null, default, 0, 0, true) };
        var asked = On(Ask(Start(known, OriginalNamed(Peer)), known, new SubscriptionEntry(Self, Now)).State, busy, SendingEvent.CopyAsked.Instance).State;
        Of<SendingEffect.Copy>(On(asked, known, SendingEvent.Tick.Instance));

        var ours = Ask(Start(known, OursNamed(Peer)), known, new SubscriptionEntry(Self, Now)).State;
        Assert.Empty(On(ours, known, SendingEvent.CopyAsked.Instance).Effects);
    }

    [Fact]
    public void V5_setup_should_be_acknowledged_with_the_id_of_the_request()
    {
        var id = new byte[] { 0xA2, (byte)'r', (byte)'1' };
        var name = OriginalNamed(Peer) with { V5 = new V5Capabilities(true, 30_000) };
        var state = SendingState.Start(new SendingContext(Self, Guid.Empty, Peer, DatabaseName.Data, true, true, TableFilter.All));
        var named = On(state, Here, new SendingEvent.FrameReceived(name));
        Assert.True(((ControlFrame.PeerName)Of<SendingEffect.Send>(named).Frame).V5!.SubscriptionSetupAck);

        var request = new ControlFrame.SubscriptionRequest([new SubscriptionEntry(Self, 0)], [Peer], id);
        var step = On(named.State, Here, new SendingEvent.FrameReceived(request));
        Assert.Equal(id, Of<SendingEffect.Send>(step).Frame is ControlFrame.DbSchema schema ? schema.SetupRequestId.ToArray() : []);
    }

    [Fact]
    public void An_empty_request_should_stop_the_stream_and_keep_the_socket()
    {
        var streaming = Ask(Start(Here, OursNamed(Peer)), Here, new SubscriptionEntry(Self, Now)).State;

        Assert.Equal([SendingEffect.StopStream.Instance], Ask(streaming, Here).Effects);
    }

    [Fact]
    public void The_definition_and_the_map_of_origins_should_come_before_anything_that_needs_them()
    {
        var step = Ask(Start(Here, OriginalNamed(Peer)), Here, new SubscriptionEntry(Self, 0));

        Assert.Equal(
            [typeof(SendingEffect.Send), typeof(SendingEffect.SendOriginMap), typeof(SendingEffect.Note), typeof(SendingEffect.Copy)],
            step.Effects.Select(effect => effect.GetType()).Where(type => type != typeof(SendingEffect.StopStream)));
    }
}
