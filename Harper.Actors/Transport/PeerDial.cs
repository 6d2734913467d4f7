using System.Collections.Immutable;
using System.Net;
using Harper.Core.Identity;

namespace Harper.Actors.Transport;

/// <summary>Whom to dial and how.</summary>
/// <param name="LocalAddress">Bound before connecting when this node's name is a loopback address, so that the peer sees the right source (R-IP-04). See
/// <see cref="LocalAddressOf"/>.</param>
/// <param name="Headers">Authorization, when credentials are used. Never logged.</param>
/// <param name="Deadline">For the whole of connecting and upgrading.</param>
public sealed record PeerDial(
    Uri Url, IPAddress? LocalAddress, ImmutableArray<KeyValuePair<string, string>> Headers, TimeSpan Deadline, PeerSocketSettings Settings)
{
    /// <summary>The node that is meant, when that is known: over TLS its certificate must not be among those revoked.</summary>
    public NodeName? Peer { get; init; }

    /// <summary>False: whoever answers over TLS is taken at its word. For the first contact of an introduction only (R-XGN-02).</summary>
    public bool VerifiesTls { get; init; } = true;

    /// <summary>Show this node's certificate over TLS. Not when credentials say who calls: a certificate that is not believed would only be in the way.</summary>
    public bool ShowsCertificate { get; init; } = true;

    /// <summary>As the original does: a node whose name starts with 127.0 dials from that address.</summary>
    public static IPAddress? LocalAddressOf(string nodeName) =>
        nodeName.StartsWith("127.0", StringComparison.Ordinal) && IPAddress.TryParse(nodeName, out var address) ? address : null;
}
