using System.Net.WebSockets;

namespace Harper.Actors.Transport;

/// <summary>
/// Puts a whole message together from what the WebSocket gives, growing as bytes arrive and never beyond the limit. One buffer serves message after message: an array for each
/// of them, let alone for each doubling, would be a large object in a stream of large records.
/// </summary>
internal sealed class MessageAssembler(WebSocket socket)
{
    private const int FirstBytes = 16 * 1024;

    /// <summary>A part or a batch fits; what a rare longer message took is given back.</summary>
    private const int KeptBytes = 2 << 20;

    private byte[] _buffer = new byte[FirstBytes];

    /// <summary>
    /// The message, in memory that the next call writes over; null when the peer closed. Throws <see cref="PeerTransportException"/> for what is too long or no binary message.
    /// </summary>
    /// <param name="limit">Asked before each step, since it rises when the peer is identified.</param>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(Func<int> limit, CancellationToken cancellation)
    {
        if (_buffer.Length > KeptBytes) _buffer = new byte[FirstBytes];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            if (received.MessageType == WebSocketMessageType.Text)
                throw new PeerTransportException(PeerTransportFailure.Closed, "text messages are not part of the protocol");
            length += received.Count;
            if (length > limit())
                throw new PeerTransportException(PeerTransportFailure.Closed, $"a message above {limit()} bytes");
            if (received.EndOfMessage) break;
            if (length == _buffer.Length) _buffer = Grown(_buffer, limit());
        }
        return _buffer.AsMemory(0, length);
    }

    private static byte[] Grown(byte[] array, int limit)
    {
        var grown = new byte[(int)Math.Min(array.Length * 2L, Math.Max(limit, array.Length) + 1L)];
        array.CopyTo(grown, 0);
        return grown;
    }
}
