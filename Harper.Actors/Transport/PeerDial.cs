using System.Collections.Immutable;
using System.Net;

namespace Harper.Actors.Transport;

/// <summary>Whom to dial and how.</summary>
/// <param name="LocalAddress">Bound before connecting when this node's name is a loopback address, so that the peer sees the right source (R-IP-04). See
/// <see cref="LocalAddressOf"/>.</param>
/// <param name="Headers">Authorization, when credentials are used. Never logged.</param>
/// <param name="Deadline">For the whole of connecting and upgrading.</param>
public sealed record PeerDial(
    Uri Url, IPAddress? LocalAddress, ImmutableArray<KeyValuePair<string, string>> Headers, TimeSpan Deadline, PeerSocketSettings Settings)
{
    /// <summary>As the original does: a node whose name starts with 127.0 dials from that address.</summary>
    public static IPAddress? LocalAddressOf(string nodeName) =>
        nodeName.StartsWith("127.0", StringComparison.Ordinal) && IPAddress.TryParse(nodeName, out var address) ? address : null;
}
