using System.Net;

namespace Harper.Core.Certificates;

/// <summary>Which names a certificate stands for.</summary>
public static class CertificateNames
{
    public const string AuthorityPrefix = "HarperDB-Certificate-Authority-";
    private const string AuthorityPrefixOfV5 = "Harper-Certificate-Authority-";
    private static readonly IPAddress[] SharedAddresses = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>
    /// The names by which a peer may be known, in the order in which they count: common name, DNS names, IP addresses (R-SEC-02). The loopback names that
    /// every generated certificate carries identify nobody.
    /// </summary>
    public static IEnumerable<string> Of(CertificateFacts certificate)
    {
        if (certificate.CommonName is { Length: > 0 } common) yield return common;
        foreach (var name in certificate.DnsNames)
            if (!name.Equals("localhost", StringComparison.OrdinalIgnoreCase) && name != certificate.CommonName) yield return name;
        foreach (var address in certificate.Addresses)
            if (!SharedAddresses.Contains(address)) yield return address.ToString();
    }

    /// <summary>
    /// Whether the certificate is one for this host (R-SEC-07, 08): its common name or a subject alternative name, exactly or by a wildcard for one label. A
    /// certificate whose common name alone matches is accepted, unlike with RFC 6125, because node names are common names here.
    /// </summary>
    public static bool IsFor(CertificateFacts certificate, string host)
    {
        if (IPAddress.TryParse(host, out var address))
            return certificate.Addresses.Contains(address) || (IPAddress.TryParse(certificate.CommonName, out var common) && common.Equals(address));
        return certificate.DnsNames.Any(name => Matches(name, host)) || (certificate.CommonName is { } named && Matches(named, host));
    }

    /// <summary><c>*.example.com</c> stands for one label in front of <c>example.com</c>.</summary>
    public static bool Matches(string pattern, string host)
    {
        if (pattern.Equals(host, StringComparison.OrdinalIgnoreCase)) return true;
        if (!pattern.StartsWith("*.", StringComparison.Ordinal)) return false;
        var dot = host.IndexOf('.');
        return dot > 0 && host.AsSpan(dot + 1).Equals(pattern.AsSpan(2), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The node whose built-in authority has this common name; null when it is another authority.</summary>
    public static string? NodeOfAuthority(string? commonName)
    {
        foreach (var prefix in (ReadOnlySpan<string>)[AuthorityPrefix, AuthorityPrefixOfV5])
            if (commonName?.StartsWith(prefix, StringComparison.Ordinal) == true) return commonName[prefix.Length..];
        return null;
    }
}
