using System.Net;

namespace Harper.Core.Certificates;

/// <summary>The certificate that somebody showed while opening a secure socket, and what came of checking it.</summary>
/// <param name="Problem">Why it is not believed; null: it ends at a trusted authority and holds to the rules.</param>
/// <param name="EndsAtPublicRoot">Trusted through the public authorities alone (<c>replication.enableRootCAs</c>).</param>
public sealed record CertificateClaim(CertificateFacts Certificate, string? Problem, bool EndsAtPublicRoot = false)
{
    /// <summary>Its authority took it back, or did not say that it holds: then the chain is good, and the certificate may be in the hands of a thief.</summary>
    public bool IsTakenBack { get; init; }
}

/// <summary>How somebody came: from where, over what, showing which certificate.</summary>
/// <param name="IsSecure">Over TLS: then the address identifies nobody (R-IP-06).</param>
public sealed record PeerClaim(IPAddress Source, bool IsSecure, CertificateClaim? Certificate)
{
    public static PeerClaim Plain(IPAddress source) => new(source, false, null);
}
