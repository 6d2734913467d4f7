using System.Net.WebSockets;

namespace Harper.Actors.Transport;

/// <summary>Puts a whole message together from what the WebSocket gives, growing as bytes arrive and never beyond the limit.</summary>
internal sealed class MessageAssembler(WebSocket socket)
{
    private readonly byte[] _first = new byte[16 * 1024];

    /// <summary>The message; null when the peer closed. Throws <see cref="PeerTransportException"/> for what is too long or no binary message.</summary>
    /// <param name="limit">Asked before each step, since it rises when the peer is identified.</param>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(Func<int> limit, CancellationToken cancellation)
    {
        var array = _first;
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(array.AsMemory(length), cancellation);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            if (received.MessageType == WebSocketMessageType.Text)
                throw new PeerTransportException(PeerTransportFailure.Closed, "text messages are not part of the protocol");
            length += received.Count;
            if (length > limit())
                throw new PeerTransportException(PeerTransportFailure.Closed, $"a message above {limit()} bytes");
            if (received.EndOfMessage) break;
            if (length == array.Length) array = Grown(array, limit());
        }
        return ReferenceEquals(array, _first) ? array.AsMemory(0, length).ToArray() : array.AsMemory(0, length);
    }

    private static byte[] Grown(byte[] array, int limit)
    {
        var grown = new byte[(int)Math.Min(array.Length * 2L, Math.Max(limit, array.Length) + 1L)];
        array.CopyTo(grown, 0);
        return grown;
    }
}
