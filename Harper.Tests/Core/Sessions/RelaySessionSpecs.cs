using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rules 14 and 18 towards originals of 4.7: as relay, behind one (W 10), and after its copy.</summary>
public sealed class RelaySessionSpecs
{
    private static ControlFrame.PeerName Original => OriginalNamed(Peer) with { Tables = [new AnnouncedTable(Dog, false, [])] };

    private static ControlFrame.OperationResponse Clock(double time) =>
        new(1, System.Text.Encoding.UTF8.GetBytes($$$"""{"time":{"current":{{{time:R}}},"uptime":3}}"""));

    [Fact]
    public void A_member_that_does_not_come_directly_should_be_asked_for_although_the_original_never_heard_of_it()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Cursors = Vector((Peer, Now)) }).Streaming(OriginalNamed(Peer));
        drive.On(new ReceivingEvent.MembersChanged([Peer, Third])).On(ReceivingEvent.Tick.Instance);
        Assert.Empty(drive.Last);

        drive.Now += RelayedOrigins.Patience;
        drive.On(ReceivingEvent.Tick.Instance);
        Assert.Equal(RequestPlanner.AllRetained, drive.Request.Entries.Single(entry => entry.Name == Third).StartTime);

        drive.Frame(new ControlFrame.DbSchema([], DatabaseName.Data)).On(ReceivingEvent.Tick.Instance);
        Assert.Empty(drive.Last);
        Assert.DoesNotContain(drive.On(new ReceivingEvent.DirectChanged([Third])).Request.Entries, entry => entry.Name == Third);
    }

    /// <summary>4.7 ends a copy without a position, and states none while nobody writes: its clock is what a restart goes on from, or ours where that is behind.</summary>
    [Theory]
    [InlineData(-1_000_000, -1_000_000)]
    [InlineData(900_000, 0)]
    public void An_original_that_ends_its_copy_without_a_position_should_be_asked_from_what_its_clock_said(double itsClock, double from)
    {
        var drive = new ReceivingDrive(Receiving(), Empty).Named(Original).Turn();
        Assert.Contains("system_information", System.Text.Encoding.UTF8.GetString(drive.Sent<ControlFrame.OperationRequest>().Json.Span), StringComparison.Ordinal);
        drive.Now += 5_000;
        drive.Frame(Clock(Now + itsClock)).Data(Transaction(Peer, 20, position: 0));
        Assert.Equal(Now + from - OriginalClock.MarginMs, drive.Commits<CommitRequest.CopyComplete>().Single().IssuerPosition);

        var stated = new ReceivingDrive(Receiving(), Empty).Named(Original).Turn().Frame(Clock(Now + itsClock)).Data(Transaction(Peer, 20, position: Now));
        Assert.Equal(Now, stated.Commits<CommitRequest.CopyComplete>().Single().IssuerPosition);
    }

    /// <summary>Rule 13: 4.7 sends what is left of its log, whatever it was asked for.</summary>
    [Theory]
    [InlineData(70, false)]
    [InlineData(72, true)]
    public void An_original_that_was_last_heard_of_before_its_log_begins_should_be_copied_from(int hours, bool copies)
    {
        var positions = WithHistory with { Cursors = Vector((Peer, Now - (hours * 3_600_000.0))), Through = Vector((Self, 5)) };
        var request = new ReceivingDrive(Receiving(), positions).Named(Original).Turn().Request;
        Assert.Equal(copies ? 0 : positions.Cursors[Peer], request.Entries[0].StartTime);
    }

    /// <summary>Rule 16: it answers that it streams before it sends what we lost, and never says that there was nothing.</summary>
    [Fact]
    public void An_original_should_have_its_time_to_send_own_writes_that_are_lost_here()
    {
        var known = WithHistory with { Cursors = Vector((Peer, Now)) };
        Assert.True(new ReceivingDrive(Receiving(), known).Streaming(Original).State.OwnWritesAsked);

        var drive = new ReceivingDrive(Receiving(), known with { Through = Vector((Self, 5)) }).Streaming(Original);
        Assert.False(drive.On(ReceivingEvent.Tick.Instance).State.OwnWritesAsked);
        drive.Now += 2_000;
        Assert.True(drive.On(ReceivingEvent.Tick.Instance).State.OwnWritesAsked);
        Assert.True(drive.On(new ReceivingEvent.DirectChanged([Third])).State.HasRequested);
        drive.Frame(new ControlFrame.DbSchema([], DatabaseName.Data));
        Assert.True(drive.State.OwnWritesAsked);
    }

    /// <summary>A slow original is not told from one that has nothing.</summary>
    [Fact]
    public void A_copy_without_a_row_should_leave_no_position()
    {
        var ended = new ReceivingDrive(Receiving(), Empty).Named(Original).Turn().Frame(Clock(Now)).Frame(new ControlFrame.SequenceIdUpdate(0));
        Assert.Null(ended.Commits<CommitRequest.CopyComplete>().Single().IssuerPosition);

        var silent = new ReceivingDrive(Receiving(), Empty).Named(Original).Turn().Applied(1).Frame(Clock(Now));
        silent.Now += 60_000;
        Assert.Null(silent.On(ReceivingEvent.Tick.Instance).Commits<CommitRequest.CopyComplete>().Single().IssuerPosition);
    }

    [Theory]
    [InlineData(0, """{"requestId":1}""", null)]
    [InlineData(0, """{"time":7}""", null)]
    [InlineData(0, """{"time":{"current":"soon"}}""", null)]
    [InlineData(0, "{}", "unknown operation")]
    [InlineData(11_000, """{"time":{"current":1763999000000}}""", null)]
    public void A_clock_that_is_not_told_or_told_late_should_be_no_position(double late, string answer, string? error)
    {
        var drive = new ReceivingDrive(Receiving(), Empty).Named(Original).Turn();
        drive.Now += late;
        drive.Frame(new ControlFrame.OperationResponse(1, System.Text.Encoding.UTF8.GetBytes(answer), error)).Data(Transaction(Peer, 20, position: 0));
        Assert.Null(drive.Commits<CommitRequest.CopyComplete>().Single().IssuerPosition);
    }

    [Fact]
    public void A_socket_for_another_nodes_changes_should_be_served_with_an_overlap_and_confirm_nothing_of_ours()
    {
        var positions = WithHistory with { Through = Vector((Self, Now), (Third, 500)) };
        var state = SendingState.Start(new SendingContext(Self, Guid.Empty, Peer, DatabaseName.Data, true, true, Harper.Core.Membership.TableFilter.All));
        state = On(OriginalNamed(Peer)).State;
        var step = On(new ControlFrame.SubscriptionRequest([new SubscriptionEntry(Third, Now - 5)]));

        var plan = step.Effects.OfType<SendingEffect.Stream>().Single().Plan;
        Assert.Equal(Now - 5 - SendPlanner.ConfirmedOverlapMs, plan.After);
        Assert.Equal((true, false), (plan.Wants(Third), plan.Wants(Self)));
        state = step.State;
        Assert.True(state.IsRelay);
        Assert.Null(On(new ControlFrame.CommittedUpdate(Now)).State.Confirmed);

        SendingStep On(ControlFrame frame) => state.On(new SendingEvent.FrameReceived(frame), At(positions), Now);
    }

    [Fact]
    public void A_log_that_does_not_reach_back_to_what_is_asked_of_another_node_should_be_answered_by_a_copy()
    {
        var positions = WithHistory with { Through = Vector((Self, Now), (Third, Now)), Floor = Vector((Third, Now - 1)) };
        var state = SendingState.Start(new SendingContext(Self, Guid.Empty, Peer, DatabaseName.Data, true, true, Harper.Core.Membership.TableFilter.All));
        state = state.On(new SendingEvent.FrameReceived(OriginalNamed(Peer)), At(positions), Now).State;
        var step = state.On(new SendingEvent.FrameReceived(new ControlFrame.SubscriptionRequest([new SubscriptionEntry(Third, Now - 5)])), At(positions), Now);

        Assert.Single(step.Effects.OfType<SendingEffect.Copy>());
    }
}
