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
        Assert.Equal(new CommitRequest.OwnWritesAhead(Now - 7, Peer), named.Effects.OfType<SendingEffect.Commit>().Single().Request);

        // It was believed, and the request is to an incarnation that is no more.
        var asked = On(named.State, new ControlFrame.SubscriptionRequest([new SubscriptionEntry(Self, 0)], [Peer]), Theirs);
        Assert.Equal(ConnectionEndKind.Resume, asked.Effects.OfType<SendingEffect.Close>().Single().Reason.Kind);
        Assert.Empty(asked.Effects.OfType<SendingEffect.Copy>());
    }

    [Fact]
    public void A_dialler_that_has_nothing_of_this_node_should_ask_for_nothing_to_be_looked_for() =>
        Assert.Empty(On(Start, OursNamed(Peer), Ours).Effects.OfType<SendingEffect.Commit>());

    private static SendingStep On(SendingState state, ControlFrame frame, Guid incarnation) =>
        state.On(new SendingEvent.FrameReceived(frame), At(WithHistory with { Incarnation = incarnation }), Now);
}
