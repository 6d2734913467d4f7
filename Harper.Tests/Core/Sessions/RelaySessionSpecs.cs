using Harper.Core.Identity;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rule 18 towards originals of 4.7, as relay and behind one (W 10).</summary>
public sealed class RelaySessionSpecs
{
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
