using System.Net;
using Harper.Actors.Certificates;
using Harper.Core.Certificates;

namespace Harper.Actors.Peers;

/// <summary>Where an accepted socket came from.</summary>
/// <param name="IsSecure">Over TLS.</param>
/// <param name="Shown">The certificate of its other end; null when it showed none, and on plain sockets.</param>
public sealed record SocketOrigin(IPAddress Address, bool IsSecure = false, ShownCertificate? Shown = null)
{
    public PeerClaim Claim => new(Address, IsSecure, Shown?.Claim);
}
