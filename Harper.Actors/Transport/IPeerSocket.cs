namespace Harper.Actors.Transport;

/// <summary>
/// One socket between two nodes: whole binary messages both ways. Sending waits when the peer does not read; receiving reads only when
/// asked, so a receiver that stops asking stops the sender. Pings, pongs and liveness run beside the data.
/// </summary>
public interface IPeerSocket : IAsyncDisposable
{
    /// <summary>For logs and the admin tree: addresses of both ends.</summary>
    string Description { get; }

    /// <summary>Takes the message (the caller must not write to it any more) and returns when there is room for the next one.</summary>
    /// <param name="more">Others follow at once, and are worth waiting for to be written together.</param>
    /// <exception cref="PeerTransportException">When the socket has ended.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation, bool more = false);

    /// <summary>
    /// The next message, in memory of the socket's that is the caller's until the next call; null when the socket has ended (see <see cref="Ended"/>). One call at a time.
    /// </summary>
    ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation);

    /// <summary>The peer is known: from now on messages up to the full limit are taken, and the identity deadline is off.</summary>
    void Identified();

    /// <summary>Sends what waits, then the close with its reason (at most 123 bytes), then ends; cut after the close time-out. Idempotent.</summary>
    Task CloseAsync(PeerClose close);

    /// <summary>Completes once, never faults, with the reason for which the socket ended.</summary>
    Task<PeerClose> Ended { get; }

    /// <summary>Round trip of the last answered ping; null before the first, and on accepted sockets.</summary>
    TimeSpan? Latency { get; }

    PeerTraffic Traffic { get; }
}
