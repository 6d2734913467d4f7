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
}
