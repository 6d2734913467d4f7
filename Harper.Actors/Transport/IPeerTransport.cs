namespace Harper.Actors.Transport;

/// <summary>The port to the network between nodes: WebSockets in production, memory and faulty ones in specs and simulation.</summary>
public interface IPeerTransport
{
    /// <summary>Opens a socket to a peer.</summary>
    /// <exception cref="PeerTransportException">When it could not be opened; <see cref="PeerTransportException.Failure"/> says which way.</exception>
    Task<IPeerSocket> DialAsync(PeerDial dial, CancellationToken cancellation);
}
