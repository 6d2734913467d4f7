using Harper.Core.Commit;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves for blobs of originals: a record waits for their content and nothing else does; nothing is confirmed past it; the wait is bounded in time and bytes (W 8.1, rule 24).</summary>
public sealed class ReceivingBlobSpecs
{
    private static ReceivingDrive Streaming() =>
        new ReceivingDrive(Receiving(), WithHistory with { Cursors = Vector((Peer, Now)) }).Streaming(OriginalNamed(Peer));

    [Fact]
    public void A_record_should_wait_for_its_content_while_others_pass_and_nothing_is_confirmed_past_it()
    {
        var drive = Streaming().Data(WithBlob(20, position: 21));
        Assert.Empty(drive.Commits<CommitRequest.Quarantine>());
        Assert.Equal(100, drive.Last.OfType<ReceivingEffect.Apply>().Sum(apply => apply.Bytes));

        drive.Data(Transaction(Peer, 30, position: 31));
        Assert.Null(drive.Commits<CommitRequest.Remote>().Single().IssuerPosition);
        Assert.Null(drive.Of<ReceivingEffect.Apply>().Position);

        Assert.Empty(drive.Frame(Chunk(3, last: false)).Commits<CommitRequest.Quarantine>());
        drive.Frame(Chunk(4, last: true));
        Assert.Equal((3L, true), (drive.Commits<CommitRequest.LooseBlob>().Single().Piece.Offset, drive.Commits<CommitRequest.LooseBlob>().Single().Piece.IsLast));
        var set = drive.Commits<CommitRequest.Quarantine>().Single();
        Assert.Equal(["2a"], set.BlobFiles!);
        Assert.Equal(31, set.IssuerPosition);
        Assert.Equal(31, drive.Last.OfType<ReceivingEffect.Apply>().Last().Position);
    }

    [Fact]
    public void A_record_whose_content_came_before_it_should_be_set_aside_at_once()
    {
        var set = Streaming().Frame(Chunk(3, last: true)).Data(WithBlob(20, position: 21)).Commits<CommitRequest.Quarantine>().Single();
        Assert.Equal((21.0, "2a"), (set.IssuerPosition!.Value, set.BlobFiles!.Single()));
    }

    [Fact]
    public void Content_that_does_not_come_should_be_given_up_after_its_deadline()
    {
        var drive = Streaming().Data(WithBlob(20, position: 21)).Frame(Chunk(3, last: false));
        drive.Now += 100_000;
        Assert.Empty(drive.On(ReceivingEvent.Tick.Instance).Commits<CommitRequest.Quarantine>());
        drive.Now += 30_000;
        Assert.Equal(21, drive.On(ReceivingEvent.Tick.Instance).Commits<CommitRequest.Quarantine>().Single().IssuerPosition);
    }

    [Fact]
    public void Whoever_fills_the_room_for_records_that_wait_should_not_be_waited_for_any_longer()
    {
        var drive = Streaming();
        for (var version = 20; version < 1020; version++) Assert.Empty(drive.Data(WithBlob(version, version)).Commits<CommitRequest.Quarantine>());
        Assert.Equal(20, drive.Data(WithBlob(1020, 1020)).Commits<CommitRequest.Quarantine>().Single().Transaction.Stamp.Version);
    }

    [Fact]
    public void Nothing_should_be_taken_of_content_that_ours_send_in_the_form_of_originals()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer)).Frame(Chunk(3, last: true));
        Assert.Empty(drive.Commits<CommitRequest.LooseBlob>());
        Assert.Equal(3, drive.Of<ReceivingEffect.Apply>().Bytes);
    }

    private static ReceivedTransaction WithBlob(double version, double position) => Transaction(
        Peer, version, position: position, changes: new ReceivedChange(ReceivedKind.Blobs, Put(1), new(version, Peer)) { BlobFiles = ["2a"] });

    private static ControlFrame.BlobChunk Chunk(int bytes, bool last) => new("2a", 7, last, null, new byte[bytes]);
}
