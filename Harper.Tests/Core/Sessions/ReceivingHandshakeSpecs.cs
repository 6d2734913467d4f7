using Harper.Core.Commit;
using Harper.Core.Positions;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves R-P2P-12 and rules 16 and 17: who is at the other end, and whether what is known of it still holds.</summary>
public sealed class ReceivingHandshakeSpecs
{
    [Fact]
    public void A_dialler_should_say_first_who_it_is_and_how_far_it_has_the_others_changes()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Through = Vector((Peer, 42)) }).On(ReceivingEvent.Opened.Instance);

        var name = drive.Sent<ControlFrame.PeerName>();
        Assert.Equal(Self, name.Node);
        Assert.Equal(42, name.Announcement!.Through);
        Assert.Equal(Ours, name.Announcement.Incarnation);
    }

    [Fact]
    public void A_peer_of_another_name_should_be_told_never_to_be_dialled_so_again()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OriginalNamed(Third));

        drive.Sent<ControlFrame.Disconnect>();
        var close = drive.Of<ReceivingEffect.Close>().Reason;
        Assert.Equal((1008, "Node name mismatch", ConnectionEndKind.ForGood), (close.Code, close.Reason, close.Kind));
    }

    [Fact]
    public void A_node_that_dialled_itself_should_notice()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OriginalNamed(Self));

        Assert.Equal("Should not connect to self", drive.Of<ReceivingEffect.Close>().Reason.Reason);
    }

    [Fact]
    public void A_DISCONNECT_should_end_the_link_for_good()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OursNamed(Peer)).Frame(ControlFrame.Disconnect.Instance);

        Assert.Equal(ConnectionEndKind.ForGood, drive.Of<ReceivingEffect.Close>().Reason.Kind);
    }

    [Fact]
    public void Nothing_should_be_asked_of_a_peer_of_ours_that_has_no_such_database()
    {
        // A copy of nothing would keep this node from serving the database to others.
        var drive = new ReceivingDrive(Receiving(), Empty).Named(OursNamed(Peer, Guid.Empty, head: 0));

        Assert.True(drive.State.IsAbsentThere);
        Assert.Empty(drive.Last);
        Assert.Empty(drive.On(ReceivingEvent.AskAgain.Instance).Last);
    }

    [Fact]
    public void Rule_17_the_first_incarnation_of_a_peer_should_be_remembered()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OursNamed(Peer));

        var update = drive.Commits<CommitRequest.Positions>().Single().Updates.Single();
        Assert.Equal(new PositionUpdate.PeerIncarnation(Peer, Theirs), update);
        Assert.False(drive.Of<ReceivingEffect.AskTurn>().Copy);
    }

    [Fact]
    public void Rule_17_a_vector_of_another_incarnation_should_be_void()
    {
        var positions = WithHistory with { PeerIncarnations = WithHistory.PeerIncarnations.Add(Peer, Guid.NewGuid()) };

        Assert.True(new ReceivingDrive(Receiving(), positions).Named(OursNamed(Peer)).Of<ReceivingEffect.AskTurn>().Copy);
    }

    [Fact]
    public void Rule_16_own_writes_that_only_the_peer_has_should_raise_the_clock_and_be_fetched_back()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OursNamed(Peer, through: Now + 5));

        Assert.Equal(Now + 5, drive.Commits<CommitRequest.OwnWritesAhead>().Single().Seen);
        Assert.True(drive.Of<ReceivingEffect.AskTurn>().Copy);
    }

    [Fact]
    public void A_peer_that_does_not_say_its_name_should_be_left()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).On(ReceivingEvent.Opened.Instance);
        drive.Now += 21_000;

        Assert.Equal(ConnectionEndKind.Resume, drive.On(ReceivingEvent.Tick.Instance).Of<ReceivingEffect.Close>().Reason.Kind);
    }
}
