using Harper.Actors.Operations;
using Harper.Actors.Transport;

namespace Harper.Actors.Peers;

/// <summary>Takes over sockets that were opened to this node's replication port.</summary>
public interface IPeerAcceptor
{
    /// <summary>
    /// Finds out who it is and hands the socket on, or closes it with 1008 on its first message. Completes when the socket has ended: the HTTP
    /// request that carries it must be kept open until then. Never throws.
    /// </summary>
    /// <param name="origin">Where the connection came from, and the certificate that it showed.</param>
    /// <param name="authorization">The Authorization header of the upgrade, or null. Never logged.</param>
    Task AcceptAsync(IPeerSocket socket, SocketOrigin origin, string? authorization, CancellationToken stopping);
}

/// <summary>Checks an Authorization header as the operations API does; the host implements it over its users.</summary>
public interface IPeerCredentials
{
    /// <summary>The user, or null when the header does not authenticate anybody. <c>authorizeLocal</c> does not apply here (D28).</summary>
    /// <exception cref="Harper.Core.Operations.OperationError">503: nobody could look at it now; the message says why.</exception>
    ValueTask<Caller?> AuthenticateAsync(string authorization, CancellationToken cancellation);
}
