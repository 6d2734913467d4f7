using System.Buffers.Binary;
using System.Net;
using Harper.Actors.Transport;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Transport;

/// <summary>What every transport must do. Proves R-P2P-02, R-P2P-07, R-P2P-16, invariants 6, 7 and 9.</summary>
public abstract class PeerTransportSpecBase : IAsyncLifetime
{
    protected static readonly TimeSpan Soon = Wait.Deadline;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract IPeerTransport Transport { get; }

    /// <summary>Starts to listen and returns the address to dial.</summary>
    protected abstract Task<Uri> ListenAsync(PeerSocketSettings settings, Func<IPeerSocket, Task> accepted);

    public virtual ValueTask InitializeAsync() => default;

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Messages_should_arrive_whole_and_in_order_both_ways()
    {
        var (dialled, accepted) = await ConnectAsync();
        var sent = new List<byte[]>();
        var random = new Random(7);
        foreach (var length in new[] { 0, 1, 125, 126, 65535, 65536, 16 * 1024, 16 * 1024 + 1, 700_000, 5_000_000, 3 })
        {
            var message = new byte[length];
            random.NextBytes(message);
            sent.Add(message);
        }
        await ExchangeAsync(dialled, accepted, sent);
        await ExchangeAsync(accepted, dialled, sent);
        Assert.Equal(sent.Sum(message => (long)message.Length), accepted.Traffic.BytesReceived);
        Assert.Equal(sent.Count, dialled.Traffic.MessagesReceived);
    }

    [Fact]
    public async Task Many_small_messages_should_arrive_in_order()
    {
        var (dialled, accepted) = await ConnectAsync();
        const int Count = 20_000;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
            {
                var message = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(message, i);
                await accepted.SendAsync(message, Cancellation);
            }
        }, Cancellation);
        for (var i = 0; i < Count; i++) Assert.Equal(i, BinaryPrimitives.ReadInt32BigEndian((await NextAsync(dialled)).Span));
        await sending;
    }

    [Fact]
    public async Task A_close_should_reach_the_other_side_with_code_and_reason()
    {
        var (dialled, accepted) = await ConnectAsync();
        await accepted.SendAsync(new byte[] { 1, 2, 3 }, Cancellation);
        var closing = accepted.CloseAsync(new PeerClose(PeerClose.Policy, "Unauthorized database subscription to secret"));
        Assert.Equal(3, (await NextAsync(dialled)).Length);
        Assert.Null(await dialled.ReceiveAsync(Cancellation));
        var seen = await dialled.Ended.WaitAsync(Soon, Cancellation);
        Assert.Equal(new PeerClose(PeerClose.Policy, "Unauthorized database subscription to secret", ByPeer: true), seen);
        await closing.WaitAsync(Soon, Cancellation);
        Assert.False((await accepted.Ended).ByPeer);
        await Assert.ThrowsAsync<PeerTransportException>(async () => await accepted.SendAsync(new byte[1], Cancellation));
    }

    [Fact]
    public async Task A_message_above_the_limit_before_identity_should_end_the_socket()
    {
        var (dialled, accepted) = await ConnectAsync(identified: false);
        await dialled.SendAsync(new byte[4096], Cancellation);
        Assert.Equal(4096, (await NextAsync(accepted)).Length);
        await dialled.SendAsync(new byte[4097], Cancellation);
        var receiving = dialled.ReceiveAsync(Cancellation).AsTask();
        Assert.Null(await accepted.ReceiveAsync(Cancellation));
        Assert.Equal(PeerClose.TooBig, (await accepted.Ended.WaitAsync(Soon, Cancellation)).Code);
        await receiving.WaitAsync(Soon, Cancellation);
        Assert.Equal(PeerClose.TooBig, (await dialled.Ended.WaitAsync(Soon, Cancellation)).Code);
    }

    [Fact]
    public async Task The_full_limit_should_hold_once_the_peer_is_identified()
    {
        var (dialled, accepted) = await ConnectAsync(new PeerSocketSettings { MaxMessageBytes = 100_000 });
        await accepted.SendAsync(new byte[100_000], Cancellation);
        Assert.Equal(100_000, (await NextAsync(dialled)).Length);
        await Assert.ThrowsAsync<ArgumentException>(async () => await accepted.SendAsync(new byte[100_001], Cancellation));
    }

    [Fact]
    public async Task An_accepted_socket_without_identity_should_end_at_its_deadline()
    {
        var settings = new PeerSocketSettings { IdentityDeadline = TimeSpan.FromMilliseconds(200) };
        var (dialled, accepted) = await ConnectAsync(settings, identified: false);
        var receiving = accepted.ReceiveAsync(Cancellation).AsTask();
        Assert.Null(await dialled.ReceiveAsync(Cancellation));
        var close = await dialled.Ended.WaitAsync(Soon, Cancellation);
        Assert.Equal((PeerClose.Transient, "who connects was not decided within 0.2 s, the node is busy: try again"), (close.Code, close.Reason));
        Assert.Null(await receiving.WaitAsync(Soon, Cancellation));
    }

    [Fact]
    public async Task The_dialler_should_measure_the_latency_by_a_ping_at_once()
    {
        var (dialled, accepted) = await ConnectAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var listening = (dialled.ReceiveAsync(stop.Token).AsTask(), accepted.ReceiveAsync(stop.Token).AsTask());
        await Wait.UntilAsync(() => dialled.Latency is not null, "the latency was measured");
        Assert.InRange(dialled.Latency!.Value, TimeSpan.Zero, Soon);
        Assert.Null(accepted.Latency);
        await stop.CancelAsync();
        await listening.Item1;
        await listening.Item2;
    }

    [Fact]
    public Task Pings_alone_should_keep_both_sides_alive() => Wait.AtSomePaceAsync(TimeSpan.FromMilliseconds(500), async timeout =>
    {
        var (dialled, accepted) = await ConnectAsync(new PeerSocketSettings { PingInterval = timeout / 10, PingTimeout = timeout });
        var receiving = (dialled.ReceiveAsync(Cancellation).AsTask(), accepted.ReceiveAsync(Cancellation).AsTask());
        // Three time-outs long nothing but pings and pongs.
        await Wait.PassAsync(timeout * 3, dialled.Ended, accepted.Ended);
        Assert.False(dialled.Ended.IsCompleted || accepted.Ended.IsCompleted, "silence was seen although pings were answered");
        await accepted.SendAsync(new byte[] { 9 }, Cancellation);
        Assert.Equal(9, (await receiving.Item1)!.Value.Span[0]);
        await dialled.SendAsync(new byte[] { 8 }, Cancellation);
        Assert.Equal(8, (await receiving.Item2)!.Value.Span[0]);
    });

    [Fact]
    public async Task A_receiver_that_does_not_ask_should_make_the_sender_wait()
    {
        var (dialled, accepted) = await ConnectAsync();
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < 4000; sent++) await accepted.SendAsync(new byte[16 * 1024], Cancellation);
        }, Cancellation);
        await Wait.UntilAsync(() => accepted.Traffic.BytesWaiting >= 900_000, "the send queue was full");
        Assert.False(sending.IsCompleted);
        Assert.InRange(accepted.Traffic.BytesWaiting, 900_000, 1_100_000);
        for (var i = 0; i < 4000; i++) Assert.Equal(16 * 1024, (await NextAsync(dialled)).Length);
        await sending.WaitAsync(Soon, Cancellation);
    }

    [Fact]
    public async Task A_peer_that_nobody_runs_should_be_unreachable()
    {
        var fault = await Assert.ThrowsAsync<PeerTransportException>(() => Transport.DialAsync(Dial(new Uri("ws://127.0.2.99:1")), Cancellation));
        Assert.Equal(PeerTransportFailure.Unreachable, fault.Failure);
    }

    [Fact]
    public async Task Dialling_wss_should_be_refused_with_a_clear_message()
    {
        var fault = await Assert.ThrowsAsync<PeerTransportException>(() => Transport.DialAsync(Dial(new Uri("wss://127.0.2.99:1")), Cancellation));
        Assert.Equal(PeerTransportFailure.Unsupported, fault.Failure);
        Assert.Contains("TLS", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_is_disposed_should_end_on_both_sides()
    {
        var (dialled, accepted) = await ConnectAsync();
        var receiving = dialled.ReceiveAsync(Cancellation).AsTask();
        await accepted.DisposeAsync();
        Assert.Null(await receiving.WaitAsync(Soon, Cancellation));
        Assert.True((await dialled.Ended).ByPeer);
        Assert.Null(await accepted.ReceiveAsync(Cancellation));
    }

    protected static PeerDial Dial(Uri url, PeerSocketSettings? settings = null, IPAddress? local = null) =>
        new(url, local, [], Soon, settings ?? new PeerSocketSettings());

    protected async Task<(IPeerSocket Dialled, IPeerSocket Accepted)> ConnectAsync(PeerSocketSettings? settings = null, bool identified = true)
    {
        settings ??= new PeerSocketSettings();
        var taken = new TaskCompletionSource<IPeerSocket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var url = await ListenAsync(settings, async socket =>
        {
            if (identified) socket.Identified();
            taken.TrySetResult(socket);
            await socket.Ended;
        });
        var dialled = await Transport.DialAsync(Dial(url, settings), Cancellation);
        return (dialled, await taken.Task.WaitAsync(Soon, Cancellation));
    }

    protected static async Task<ReadOnlyMemory<byte>> NextAsync(IPeerSocket socket)
    {
        var message = await socket.ReceiveAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation);
        Assert.True(message.HasValue, $"the socket ended: {(socket.Ended.IsCompleted ? (await socket.Ended).Reason : "?")}");
        return message.Value;
    }

    private static async Task ExchangeAsync(IPeerSocket from, IPeerSocket to, List<byte[]> messages)
    {
        var sending = Task.Run(async () =>
        {
            foreach (var message in messages) await from.SendAsync(message, Cancellation);
        }, Cancellation);
        foreach (var message in messages) Assert.True((await NextAsync(to)).Span.SequenceEqual(message));
        await sending;
    }
}
