using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rule 16 where a peer dials before this node has dialled it: what the peer has of own writes that are lost here is heard on either socket.</summary>
public sealed class LostOwnWritesSpecs
{
    private static readonly SendingState Start = SendingState.Start(new SendingContext(Self, Guid.Empty, Peer, DatabaseName.Data, true, true, TableFilter.All));

    /// <summary>Before it asks: once it copied from here it has newer own changes than those that are lost.</summary>
    [Fact]
    public void What_a_dialler_has_of_own_changes_should_be_looked_for_before_anything_is_served()
    {
        var named = On(Start, OursNamed(Peer, through: Now - 7), Ours);
        Assert.Equal(new CommitRequest.OwnWritesAhead(Now - 7, Peer), named.Effects.OfType<SendingEffect.Claim>().Single().Request);

        // It was believed, and the request is to an incarnation that is no more.
        var asked = On(named.State, new ControlFrame.SubscriptionRequest([new SubscriptionEntry(Self, 0)], [Peer]), Theirs);
        Assert.Equal(ConnectionEndKind.Resume, asked.Effects.OfType<SendingEffect.Close>().Single().Reason.Kind);
        Assert.Empty(asked.Effects.OfType<SendingEffect.Copy>());
    }

    [Fact]
    public void A_dialler_that_has_nothing_of_this_node_should_ask_for_nothing_to_be_looked_for() =>
        Assert.Empty(On(Start, OursNamed(Peer), Ours).Effects.OfType<SendingEffect.Claim>());

    /// <summary>As at every reconnect of healthy nodes; what is news closes the socket with an alarm, and what is not believed is told so (ADR 0012).</summary>
    [Fact]
    public void What_the_writer_says_of_it_should_end_the_socket_only_where_something_is_lost_or_not_believed()
    {
        var named = On(Start, OursNamed(Peer, through: Now - 7), Ours).State;
        SendingStep Judged(string? refusal, bool changed) => named.On(new SendingEvent.ClaimJudged("it has more", refusal, changed), At(WithHistory), Now);

        Assert.Empty(Judged(null, changed: false).Effects);
        var lost = Judged(null, changed: true).Effects;
        Assert.True(lost.OfType<SendingEffect.Note>().Single().IsAlarm);
        Assert.Equal(ConnectionEndKind.Resume, lost.OfType<SendingEffect.Close>().Single().Reason.Kind);
        Assert.Equal(ConnectionEndKind.Refused, Judged("too often", changed: false).Effects.OfType<SendingEffect.Close>().Single().Reason.Kind);
    }

    private static SendingStep On(SendingState state, ControlFrame frame, Guid incarnation) =>
        state.On(new SendingEvent.FrameReceived(frame), At(WithHistory with { Incarnation = incarnation }), Now);
}
