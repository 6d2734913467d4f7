using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Harper.Actors.Certificates.X509;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates;

/// <summary>
/// All that TLS needs, as of one moment and never changed: a handshake takes one of these and keeps to it, a change makes another (R-SEC-14).
/// </summary>
public sealed class CertificateSnapshot
{
    private readonly ConcurrentDictionary<string, SslStreamCertificateContext> _contexts = new();
    private readonly ImmutableArray<CertificateCandidate> _candidates;
    private readonly string _self;

    internal CertificateSnapshot(string self, ImmutableArray<StoredCertificate> all, ImmutableArray<KnownAuthority> authorities, PublicRoots? publicRoots)
    {
        _self = self;
        All = all;
        Authorities = authorities;
        PublicRoots = publicRoots;
        _candidates = [.. all.Select(stored => stored.Candidate)];
    }

    public ImmutableArray<StoredCertificate> All { get; }

    /// <summary>Trusted for replication: those of the table and those of the node records (operations API 7.5).</summary>
    public ImmutableArray<KnownAuthority> Authorities { get; }

    /// <summary>
    /// The same as TLS takes them. An authority that was renewed keeps its name and key: of several, those that are over step aside, else a chain might be
    /// built to one of them.
    /// </summary>
    internal X509Certificate2Collection TrustedAt(DateTimeOffset now)
    {
        var valid = Authorities.Where(authority => authority.Facts.ValidTo >= now).ToList();
        var over = Authorities.Where(authority => authority.Facts.ValidTo < now && !valid.Exists(other => other.Facts.Subject == authority.Facts.Subject));
        return [.. valid.Concat(over).Select(authority => authority.Certificate)];
    }

    /// <summary>
    /// Believed for HTTP clients that show certificates: the authorities that the operator named for that, by <c>tls.certificateAuthority</c> or with the listener among the
    /// <c>uses</c> of <c>add_certificate</c>. Not those that other nodes brought along, nor the one that signs nodes: a member must not make itself a user.
    /// </summary>
    /// <param name="use">The listener: <c>operations</c> or <c>https</c>.</param>
    internal X509Certificate2Collection TrustedForClients(string use) =>
        [.. All.Where(stored => stored.Row.IsAuthority && (stored.Row.HasUse(use) || stored.Row is { IsSelfSigned: false, Uses: null or [] })).Select(stored => stored.Certificate)];

    internal PublicRoots? PublicRoots { get; }

    /// <summary>What a listener shows to a client that asked for a name, or what this node shows as a client.</summary>
    public StoredCertificate? Shown(string use, string? serverName, DateTimeOffset now)
    {
        var chosen = CertificateChoice.For(_candidates, use, serverName, _self, now);
        return chosen is null ? null : All.First(stored => ReferenceEquals(stored.Candidate, chosen));
    }

    /// <summary>The authority of the certificate that this node shows to its peers, as PEM; null for a publicly signed one whose authority was not given.</summary>
    public KnownAuthority? OwnAuthority(DateTimeOffset now)
    {
        if (Shown(CertificateRow.ReplicationUse, null, now) is not { } own) return null;
        var issuer = own.Certificate.IssuerName.RawData;
        var named = Authorities.Where(authority => authority.Certificate.SubjectName.RawData.AsSpan().SequenceEqual(issuer))
            .OrderByDescending(authority => authority.Facts.ValidTo).ToList();
        return named.Find(authority => Signed(authority, own.Certificate)) ?? named.FirstOrDefault();
    }

    internal SslStreamCertificateContext ContextOf(StoredCertificate stored) => _contexts.GetOrAdd(
        stored.Facts.Fingerprint,
        static (_, arguments) => SslStreamCertificateContext.Create(
            arguments.stored.Certificate,
            [.. CertificateReader.ReadAll(arguments.stored.Row.Pem).Skip(1), .. arguments.Authorities.Select(authority => authority.Certificate)], offline: true),
        (stored, Authorities));

    private static bool Signed(KnownAuthority authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain { ChainPolicy = ChainVerdict.PolicyOf([authority.Certificate]) };
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }
}
