using System.Collections.Immutable;
using System.Net;

namespace Harper.Core.Certificates;

/// <summary>What decisions need to know of a certificate; read from it once, by whoever can parse X.509.</summary>
public sealed record CertificateFacts
{
    public required string? CommonName { get; init; }

    /// <summary>DNS names of the subject alternative name, in its order.</summary>
    public ImmutableArray<string> DnsNames { get; init; } = [];

    /// <summary>IP addresses of the subject alternative name, in its order.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>On one line, as the original shows it: <c>CN=... C=... O=HarperDB\, Inc.</c></summary>
    public required string Subject { get; init; }

    public required string Issuer { get; init; }

    /// <summary>As the original shows it: <c>IP Address:127.0.0.1, DNS:localhost</c>; null without the extension.</summary>
    public string? SubjectAltName { get; init; }

    /// <summary>Hexadecimal, upper case, two digits per byte (D51).</summary>
    public required string Serial { get; init; }

    public required DateTimeOffset ValidFrom { get; init; }

    public required DateTimeOffset ValidTo { get; init; }

    /// <summary>Basic constraints say that it may sign others.</summary>
    public bool IsAuthority { get; init; }

    /// <summary>Subject and issuer are the same name.</summary>
    public bool IsSelfIssued { get; init; }

    /// <summary><c>RSA</c> or <c>EC</c>; else the object identifier of the algorithm.</summary>
    public required string KeyAlgorithm { get; init; }

    public required int KeyBits { get; init; }

    /// <summary>Signed over a digest that is broken (SHA-1, MD5).</summary>
    public bool HasWeakSignature { get; init; }

    /// <summary>Object identifiers of the extended key usage; null when the certificate does not limit its use.</summary>
    public ImmutableArray<string>? Usages { get; init; }

    /// <summary>SHA-256 of the whole certificate, in hexadecimal.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>SHA-256 of the public key with its algorithm: two certificates with the same one share their key.</summary>
    public required string KeyFingerprint { get; init; }

    /// <summary>The name under which a certificate is kept: its common name, else its first alternative name; null when there is neither (R-CRT-05).</summary>
    public string? MainName => CommonName ?? (DnsNames.IsEmpty ? Addresses.IsEmpty ? null : Addresses[0].ToString() : DnsNames[0]);
}
