using System.Collections.Immutable;
using Akka.Configuration;
using Harper.Actors.Node;
using Harper.Core.Identity;

namespace Harper.Actors.Certificates;

/// <summary>What the configuration says of certificates.</summary>
public sealed record CertificateSettings
{
    public required NodeName Self { get; init; }

    /// <summary>URL under which others reach this node; its host goes into the certificate.</summary>
    public required string? Url { get; init; }

    /// <summary>A listener of this node speaks TLS: then there is a certificate from the first start on. Else one is made when it is first asked for.</summary>
    public required bool IsSecure { get; init; }

    /// <summary>Peers reach this node over TLS, and compare its certificate with its name.</summary>
    public required bool IsReachedSecurely { get; init; }

    /// <summary><c>tls</c> and <c>operationsApi.tls</c>.</summary>
    public ImmutableArray<ConfiguredCertificate> Configured { get; init; } = [];

    /// <summary><c>replication.enableRootCAs</c>.</summary>
    public bool EnableRootCas { get; init; } = true;

    public required CertificateTimings Timings { get; init; }
}

/// <summary>An entry of <c>tls</c>: each part a path or the PEM text itself (R-CFG-26..30).</summary>
/// <param name="Key">Where it stands, for messages: <c>tls</c>, <c>tls[1]</c>, <c>operationsApi.tls</c>.</param>
public sealed record ConfiguredCertificate(string Key, string? Certificate, string? Authority, string? PrivateKey)
{
    public ImmutableArray<string>? Hosts { get; init; }

    public ImmutableArray<string>? Uses { get; init; }

    public string? Ciphers { get; init; }

    /// <summary>Reads everything that it names.</summary>
    /// <exception cref="InvalidOperationException">A file is missing or unreadable, or the parts do not fit each other; the message names the key.</exception>
    public void Check() => ConfiguredCertificateFiles.Read(this);

    /// <summary>The common name of the certificate, when it is one that a node can have.</summary>
    public string? CommonName => ConfiguredCertificateFiles.Read(this).Rows.Select(row => row.Facts.CommonName).FirstOrDefault() is { } name
        && Harper.Core.Membership.PeerAddress.IsNodeName(name) ? name : null;

    public static bool IsPem(string value) => value.StartsWith("-----BEGIN", StringComparison.Ordinal);
}

/// <summary>How certificates are made and how often they are looked at: section <c>harper.certificates</c> of harper.hocon.</summary>
/// <param name="KeyBits">Of the RSA key that a first start makes.</param>
/// <param name="Lifetime">Of certificates that this node makes and signs.</param>
/// <param name="LookInterval">Files, expiry and live sockets are looked at this often.</param>
/// <param name="PublicRoots">A file of public authorities in place of the operating system's; empty: those.</param>
public sealed record CertificateTimings(int KeyBits, TimeSpan Lifetime, TimeSpan LookInterval, string PublicRoots)
{
    /// <summary>Networks that URLs in certificates may lead into although they are not public, separated by spaces: <c>10.1.0.0/16 fd00::/8</c>.</summary>
    public string AllowedNetworks { get; init; } = "";

    public static CertificateTimings Create(Config config) => Create(SettingsSection.Of(config, "harper.certificates"));

    private static CertificateTimings Create(SettingsSection section) =>
        new(section.Int("key-bits"), section.Time("lifetime"), section.Time("look-interval"), section.Text("public-roots"))
        {
            AllowedNetworks = section.Text("allowed-networks"),
        };
}
