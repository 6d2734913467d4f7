using System.Net.WebSockets;

namespace Harper.Actors.Transport;

/// <summary>Sockets between nodes over WebSocket, sub-protocol <c>harperdb-replication-v1</c>, never compressed.</summary>
public sealed class WebSocketTransport : IPeerTransport
{
    public const string SubProtocol = "harperdb-replication-v1";

    public Task<IPeerSocket> DialAsync(PeerDial dial, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The accepting side: takes over a WebSocket that the HTTP server upgraded with <see cref="SubProtocol"/>. The request must be kept open
    /// until <see cref="IPeerSocket.Ended"/>.</summary>
    /// <param name="description">Addresses of both ends.</param>
    public static IPeerSocket Accept(WebSocket upgraded, string description, PeerSocketSettings settings) => throw new NotImplementedException();
}
