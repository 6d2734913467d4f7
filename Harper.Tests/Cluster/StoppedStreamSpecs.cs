using Harper.Core.Identity;
using Harper.Core.Sessions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves rules 19 and 21 where a subscriber asks anew while it is being copied to: the stream that stops takes along what it had announced and not sent, and the next one must not
/// count on it.
/// </summary>
public sealed class StoppedStreamSpecs : ScriptedPeerSpecBase
{
    private const string A = "127.0.0.34", Peer = "127.0.0.35";

    [Fact]
    public async Task A_copy_that_is_asked_for_again_should_be_readable_to_its_end()
    {
        var a = await StartAsync(A, Peer);
        await a.CallAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        // Two shapes: the second is announced in the middle of what is read at once.
        await a.CallAsync(new
        {
            operation = "insert", database = "data", table = "dog",
            records = Enumerable.Range(1, 400).Select(id => new { id, name = new string('a', 500) }),
        });
        await a.CallAsync(new
        {
            operation = "insert", database = "data", table = "dog",
            records = Enumerable.Range(401, 400).Select(id => new { id, kind = new string('b', 500) }),
        });

        await using var socket = await Network.DialAsync(Peer, A);
        await socket.SendAsync(new ControlFrame.PeerName(
            new NodeName(Peer), DatabaseName.Data, [], null, new PeerAnnouncement(WireCapabilities.All, Guid.NewGuid(), Guid.NewGuid(), 1)));
        var changes = new IncomingChanges(FrameLimits.Default);
        var (rows, number, data, ended) = (new Dictionary<int, List<ReceivedChange>>(), 0, 0, false);
        var credit = 1L;
        const int Requests = 4;
        for (var request = 1; request <= Requests; request++)
        {
            await socket.SendAsync(new ControlFrame.ByteCredit(request == Requests ? credit += 1 << 20 : credit));
            await socket.SendAsync(new ControlFrame.SubscriptionRequest(
                [new SubscriptionEntry(new NodeName(A), 0, CopyResume: new CopyResume(0, null, null, CopyWalk.OrderVersion) { Number = request })], []));
            while (!(request < Requests ? number == request && data > 0 : ended)) await TakeAsync();
            data = 0;
        }

        Assert.Equal(800, rows[Requests].Count);
        Assert.All(rows[Requests], change => Assert.Equal(ReceivedKind.Change, change.Kind));
        Assert.Contains("name", rows[Requests][0].Change.Value.Shape.Names);
        Assert.Contains("kind", rows[Requests][^1].Change.Value.Shape.Names);

        async Task TakeAsync()
        {
            using var deadline = new CancellationTokenSource(Wait.Deadline);
            var message = await socket.ReceiveAsync(deadline.Token) ?? throw new InvalidOperationException($"closed: {(await socket.Ended).Reason}");
            if (!ControlFrameCodec.IsControl(message.Span))
            {
                var into = new List<ReceivedTransaction>();
                changes.Read(message, into);
                rows[number].AddRange(into.SelectMany(transaction => transaction.Changes));
                data++;
                // As much again as came, and no more.
                await socket.SendAsync(new ControlFrame.ByteCredit(credit += message.Length));
                return;
            }

            var frame = ControlFrameCodec.Decode(message.Span, FrameLimits.Default);
            changes.Learn(frame);
            if (frame is ControlFrame.CopyStart start) rows[number = start.Source!.Answers!.Value] = [];
            ended |= frame is ControlFrame.CopyComplete && number == Requests;
        }
    }
}
