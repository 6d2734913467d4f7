using Harper.Actors.Certificates.X509;
using Harper.Actors.Membership;
using Harper.Core.Certificates;
using Harper.Core.Membership;

namespace Harper.Actors.Certificates;

/// <summary>Has a certificate of this node signed again by another node: the issuer when it can be reached, else whoever can.</summary>
/// <returns>The certificate and the authority that signed it, as PEM; null when nobody could.</returns>
public delegate Task<(string Certificate, string Authority)?> SignElsewhere(string csr, string? issuer, CancellationToken cancellation);

/// <summary>What the actors of certificates work with, put together once.</summary>
internal sealed class CertificateParts
{
    public required CertificateSettings Settings { get; init; }

    public required IKeyFiles Keys { get; init; }

    public required CertificateView View { get; init; }

    public required MembershipView Membership { get; init; }

    public required LiveCertificates Live { get; init; }

    public required PublicRoots? PublicRoots { get; init; }

    public required Func<DateTimeOffset> Now { get; init; }

    public SignElsewhere? SignElsewhere { get; set; }

    /// <summary>The own record names the authority of the certificate that peers see, on whichever side of a socket, so that everybody trusts it by gossip.</summary>
    public void PublishOwnAuthority(CertificateSnapshot snapshot)
    {
        var authority = snapshot.OwnAuthority(Now());
        Membership.SetAuthority(authority is null ? null : new NodeAuthority(CertificateReader.ToPem(authority.Certificate), authority.Facts));
    }
}
