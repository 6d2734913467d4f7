using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Harper.Core.Outside;

/// <summary>
/// Which addresses this node may connect to because of a URL that came from outside: from a certificate, a request, a redirect. Without it such a URL turns the node
/// into a way around the firewall it stands behind. Asked with the address that will be connected to, after the name was resolved, so that no spelling and no
/// second answer of a name server gets past it.
/// </summary>
/// <param name="Allowed">Networks that the operator named; they are allowed whatever else holds.</param>
/// <param name="Setting">Where they are named, for messages.</param>
public sealed record OutboundPolicy(ImmutableArray<IPNetwork> Allowed, string Setting)
{
    private const int MaxUrlChars = 2048;

    // IANA's special-purpose registries (RFC 6890 and after).
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>What is wrong with a URL before anybody is asked for its host; null: nothing.</summary>
    public static string? ProblemOf(string url)
    {
        if (url.Length > MaxUrlChars) return $"a URL may have {MaxUrlChars} characters at most";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed)) return "not a URL";
        if (parsed.Scheme is not ("http" or "https")) return $"'{parsed.Scheme}:' is not allowed, only http: and https:";
        if (parsed.UserInfo.Length > 0) return "a URL must not hold credentials";
        return parsed.Host.Length == 0 ? "a URL needs a host" : null;
    }

    public bool Allows(IPAddress address)
    {
        if (Allowed.Any(network => network.Contains(address))) return true;
        if (Embedded(address) is { } inner) return Allows(inner);
        return Array.TrueForAll(Special, network => !network.Contains(address));
    }

    /// <summary>Why nothing is connected to, for whoever gave the URL and for the operator.</summary>
    public string RefusalOf(string host, IEnumerable<IPAddress> addresses) =>
        $"{host} is at {string.Join(", ", addresses)}, which is not a public address; if that is meant, name its network in {Setting}";

    /// <summary>The IPv4 address inside of one that leads to it: mapped, compatible, translated (NAT64), 6to4.</summary>
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return null;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (bytes[..2].SequenceEqual((ReadOnlySpan<byte>)[0x20, 0x02])) return new IPAddress(bytes[2..6]);
        if (bytes[..12].SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])) return new IPAddress(bytes[12..]);
        var compatible = bytes[..12].IndexOfAnyExcept((byte)0) < 0 && bytes[12..].IndexOfAnyExcept((byte)0) >= 0 && !IPAddress.IPv6Loopback.Equals(address);
        return compatible ? new IPAddress(bytes[12..]) : null;
    }
}
