using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves ADR 0012 and rule 18: what a peer says in another's name is taken where it was asked for and can be true.</summary>
public sealed class RelayTrustSpecs
{
    private const double FarFuture = 253_402_300_799_000;

    /// <summary>The third is connected itself.</summary>
    private static ReceivingDrive Streaming() => new ReceivingDrive(Receiving(), WithHistory)
        .On(new ReceivingEvent.DirectChanged([Third])).Streaming(OursNamed(Peer));

    private static string Alarm(ReceivingDrive drive) => drive.Of<ReceivingEffect.Alarm>().Text;

    [Fact]
    public void Changes_in_the_name_of_a_node_that_is_heard_itself_should_not_be_taken_and_be_reported_once()
    {
        var drive = Streaming().Data(Transaction(Third, Now, position: Now));
        Assert.Contains($"in the name of {Third}", Alarm(drive), StringComparison.Ordinal);
        Assert.Empty(drive.Commits<CommitRequest>());
        Assert.Empty(drive.Data(Transaction(Third, Now + 1)).Last.OfType<ReceivingEffect.Alarm>());
        Assert.Equal(2, drive.State.Disbelieved);

        // The log of the peer goes on, and so do its own changes.
        Assert.Single(drive.Data(Transaction(Peer, Now + 2)).Commits<CommitRequest.Remote>());
        Assert.Equal(Now, drive.Applied(1, confirmed: Now).Sent<ControlFrame.CommittedUpdate>().Position);
    }

    [Fact]
    public void Changes_in_the_name_of_this_node_should_not_be_taken_from_ours()
    {
        var drive = Streaming().Data(Transaction(Self, Now));
        Assert.Contains("in the name of this node", Alarm(drive), StringComparison.Ordinal);
        Assert.Empty(drive.Commits<CommitRequest>());
    }

    [Fact]
    public void What_was_on_its_way_when_its_origin_came_back_should_be_no_lie_and_come_from_the_origin()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer));
        Assert.Single(drive.Data(Transaction(Third, Now)).Commits<CommitRequest.Remote>());
        Assert.Contains(Third, drive.On(new ReceivingEvent.DirectChanged([Third])).Request.ExcludedNodes);
        Assert.Empty(drive.Data(Transaction(Third, Now + 1)).Commits<CommitRequest.Remote>());
        Assert.Empty(drive.Last.OfType<ReceivingEffect.Alarm>());

        // Out of reach again, it is asked of the peer from what is durable.
        drive.Frame(new ControlFrame.DbSchema([], DatabaseName.Data)).On(new ReceivingEvent.DirectChanged([]));
        Assert.DoesNotContain(Third, drive.Request.ExcludedNodes);
        Assert.Single(drive.Data(Transaction(Third, Now + 1)).Commits<CommitRequest.Remote>());
    }

    [Fact]
    public void An_original_should_move_its_cursor_also_past_what_is_not_taken()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Cursors = Vector((Peer, Now)) })
            .On(new ReceivingEvent.DirectChanged([Third])).Streaming(OriginalNamed(Peer)).Data(Transaction(Third, Now, position: Now));
        Assert.Equal(new PositionUpdate.Cursor(Peer, Now), drive.Commits<CommitRequest.Positions>().Single().Updates.Single());
        Assert.Empty(drive.Commits<CommitRequest.Remote>());
    }

    [Theory]
    [InlineData(FarFuture)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    [InlineData(Now + 121_000)]
    public void A_relay_from_the_future_should_end_what_is_taken_of_that_origin_from_that_peer(double version)
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer)).Data(Transaction(Third, version, 0));
        Assert.Empty(drive.Commits<CommitRequest.Remote>());
        Assert.Contains("it cannot have it", Alarm(drive), StringComparison.Ordinal);
        Assert.Contains(Third, drive.Request.ExcludedNodes);

        // Its own stay its own affair, and so do those whom it did not lie about.
        var fourth = new NodeName("127.0.0.5");
        drive.Frame(new ControlFrame.DbSchema([], DatabaseName.Data));
        Assert.Equal(2, drive.Data(Transaction(Peer, FarFuture), Transaction(fourth, Now), Transaction(Third, Now)).Commits<CommitRequest.Remote>().Length);
        Assert.Contains(Third, drive.On(new ReceivingEvent.DirectChanged([fourth])).Request.ExcludedNodes);
    }

    [Fact]
    public void Data_before_any_request_should_end_the_session()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OursNamed(Peer)).Data(Transaction(Peer, Now));
        Assert.Equal(SessionClose.Policy, drive.Of<ReceivingEffect.Close>().Reason.Code);
        Assert.Empty(drive.Commits<CommitRequest.Remote>());
    }

    [Fact]
    public void A_copy_should_be_believed_about_others_only_as_far_as_they_can_have_come()
    {
        var fourth = new NodeName("127.0.0.5");
        var drive = new ReceivingDrive(Receiving(), Empty).Named(OursNamed(Peer)).Turn()
            .Frame(new ControlFrame.CopyStart(Now, CopyWalk.OrderVersion, new CopySource(Vector((Peer, Now), (Third, FarFuture), (fourth, Now)), Vector(), Theirs) { Answers = 1 }));
        Assert.Contains(Third.Value, Alarm(drive), StringComparison.Ordinal);
        Assert.Equal([Peer, fourth], drive.Commits<CommitRequest.CopyChunk>().Single().Cursor.Vector.Keys.Order());
    }

    [Fact]
    public void What_the_peer_itself_contradicts_should_be_fetched_again()
    {
        var poisoned = WithHistory with
        {
            Through = Vector((Peer, FarFuture)), PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs),
        };
        var drive = new ReceivingDrive(Receiving(), poisoned).Named(OursNamed(Peer, head: Now));
        Assert.Contains(new PositionUpdate.Doubted(Peer, Now), drive.Commits<CommitRequest.Positions>().SelectMany(positions => positions.Updates));
        Assert.True(drive.Of<ReceivingEffect.AskTurn>().Copy);

        // A little ahead may be lost there, which is rule 16's.
        var ahead = poisoned with { Through = Vector((Peer, Now + 30_000)) };
        Assert.DoesNotContain(
            new ReceivingDrive(Receiving(), ahead).Named(OursNamed(Peer, head: Now)).Commits<CommitRequest.Positions>().SelectMany(positions => positions.Updates),
            update => update is PositionUpdate.Doubted);
    }
}
