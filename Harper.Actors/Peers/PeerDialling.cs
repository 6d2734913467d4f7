using Harper.Actors.Transport;

namespace Harper.Actors.Peers;

/// <summary>Opening a socket for an actor that may be gone when it is open.</summary>
internal static class PeerDialling
{
    public static async Task<IPeerSocket> OpenAsync(IPeerTransport transport, PeerDial dial, CancellationToken stopping)
    {
        var socket = await transport.DialAsync(dial, stopping).ConfigureAwait(false);
        if (!stopping.IsCancellationRequested) return socket;
        await socket.DisposeAsync().ConfigureAwait(false);
        throw new OperationCanceledException(stopping);
    }

    /// <summary>What a task failed with, without the wrapping of tasks: the transport's own error says which way it failed.</summary>
    public static Exception Cause(Exception error) => error is AggregateException { InnerException: { } inner } ? Cause(inner) : error;
}
