using System.Collections.Immutable;
using System.Net;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Core.Certificates;

/// <summary>
/// What this node writes into a certificate that it issues. Decided from the name under which a node is known and nothing else: what a request asks for
/// beyond its key is not looked at.
/// </summary>
/// <param name="CommonName">The name of a node, or of an authority.</param>
public sealed record CertificateProfile(string CommonName, ImmutableArray<string> DnsNames, ImmutableArray<IPAddress> Addresses, bool IsAuthority)
{
    public static CertificateProfile AuthorityOf(NodeName node) => new(CertificateNames.AuthorityPrefix + node.Value, [], [], true);

    /// <summary>A node's certificate: its name, the host of its URL, and the loopback names that the original gives every node.</summary>
    public static CertificateProfile OfNode(NodeName node, string? url)
    {
        var hosts = new List<string> { node.Value };
        if (url is not null && PeerAddress.TryParseUrl(url, out var parsed, out _) && PeerAddress.NameOf(parsed).Value is var host && host != node.Value) hosts.Add(host);
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        var names = ImmutableArray.CreateBuilder<string>();
        addresses.Add(IPAddress.Loopback);
        names.Add("localhost");
        addresses.Add(IPAddress.IPv6Loopback);
        foreach (var name in hosts)
        {
            if (IPAddress.TryParse(name, out var address)) Add(addresses, address);
            else Add(names, name);
        }
        return new CertificateProfile(node.Value, names.ToImmutable(), addresses.ToImmutable(), false);
    }

    private static void Add<T>(ImmutableArray<T>.Builder list, T item)
    {
        if (!list.Contains(item)) list.Add(item);
    }
}
