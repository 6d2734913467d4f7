using Harper.Actors.Transport;

namespace Harper.Actors.Peers;

/// <summary>Closes a socket after what was sent before: a DISCONNECT and an answer must still arrive.</summary>
internal static class ConnectionClosing
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(ConnectionWriter writer, IPeerSocket socket, PeerClose close)
    {
        await Task.WhenAny(writer.Sent, Task.Delay(LastWords)).ConfigureAwait(false);
        await socket.CloseAsync(close).ConfigureAwait(false);
    }

    /// <summary>
    /// The last thing a connection does. Reading goes on until the socket has ended: a receive that is cancelled cuts the socket, and with it the
    /// close and its reason. A connection that failed has not begun to close; its socket must not outlive it.
    /// </summary>
    public static async Task FinishAsync(Task? closing, IPeerSocket socket, CancellationTokenSource reading)
    {
        await (closing ?? socket.CloseAsync(new PeerClose(PeerClose.Transient, "the connection failed"))).ConfigureAwait(false);
        await reading.CancelAsync().ConfigureAwait(false);
    }
}
