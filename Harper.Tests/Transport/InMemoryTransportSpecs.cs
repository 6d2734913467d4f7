using Harper.Actors.Transport;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Transport;

/// <summary>The sockets over pipes in memory, and what only they can show: a peer that is there and silent.</summary>
public sealed class InMemoryTransportSpecs : PeerTransportSpecBase
{
    private readonly InMemoryTransport _transport = new();

    protected override IPeerTransport Transport => _transport;

    public override ValueTask DisposeAsync() => default;

    protected override Task<Uri> ListenAsync(PeerSocketSettings settings, Func<IPeerSocket, Task> accepted)
    {
        _transport.Listen("127.0.2.1:9933", settings, (socket, _) => accepted(socket));
        return Task.FromResult(new Uri("ws://127.0.2.1:9933"));
    }

    [Fact]
    public async Task A_silent_peer_should_be_given_up_after_the_ping_timeout()
    {
        var (here, there) = InMemoryTransport.Pair();
        await using var keep = there;
        var settings = new PeerSocketSettings { PingInterval = TimeSpan.FromMilliseconds(50), PingTimeout = TimeSpan.FromMilliseconds(300) };
        await using var socket = WebSocketPeerSocket.Over(here, dialled: true, "to nobody", settings);
        Assert.Null(await socket.ReceiveAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation));
        Assert.Contains("nothing was heard", (await socket.Ended).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_paused_receiver_should_not_be_taken_for_a_dead_peer() => Wait.AtSomePaceAsync(TimeSpan.FromMilliseconds(200), async timeout =>
    {
        var (dialled, accepted) = await ConnectAsync(new PeerSocketSettings { PingInterval = timeout / 4, PingTimeout = timeout });
        // Nobody receives on the dialled side for several time-outs; then the message is still there.
        var listening = accepted.ReceiveAsync(Cancellation).AsTask();
        await accepted.SendAsync(new byte[] { 1 }, Cancellation);
        await Wait.PassAsync(timeout * 4, dialled.Ended, accepted.Ended);
        Assert.Equal(1, (await NextAsync(dialled)).Span[0]);
        Assert.False(listening.IsCompleted);
    });

    [Fact]
    public async Task Faults_should_do_what_they_say()
    {
        var faults = new TransportFaults();
        var transport = new FaultyTransport(_transport, faults);
        var received = new List<int>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _transport.Listen("127.0.2.1:9934", new PeerSocketSettings(), async (socket, _) =>
        {
            socket.Identified();
            while (await socket.ReceiveAsync(Cancellation) is { } message) received.Add(message.Length);
            ended.TrySetResult();
        });
        var socket = await transport.DialAsync(Dial(new Uri("ws://127.0.2.1:9934")), Cancellation);
        faults.DropNext(1);
        await socket.SendAsync(new byte[10], Cancellation);
        await socket.SendAsync(new byte[20], Cancellation);
        faults.TruncateNext(5);
        await socket.SendAsync(new byte[30], Cancellation);
        faults.HalfClosed = true;
        await socket.SendAsync(new byte[40], Cancellation);
        faults.HalfClosed = false;
        faults.Delay = TimeSpan.FromMilliseconds(20);
        await socket.SendAsync(new byte[50], Cancellation);
        await Wait.UntilAsync(() => received.Count == 3, "three messages had arrived");
        Assert.Equal([20, 5, 50], received);
        await transport.CutAllAsync();
        await ended.Task.WaitAsync(Soon, Cancellation);
        faults.Unreachable = true;
        await Assert.ThrowsAsync<PeerTransportException>(() => transport.DialAsync(Dial(new Uri("ws://127.0.2.1:9934")), Cancellation));
    }
}
