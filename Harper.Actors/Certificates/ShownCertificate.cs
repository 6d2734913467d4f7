using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates;

/// <summary>A certificate that the other end of a secure socket showed, with what came of checking it.</summary>
/// <param name="Chain">The leaf, then what it was found to be signed by, as far as known.</param>
public sealed record ShownCertificate(CertificateClaim Claim, CertificateRole Role, ImmutableArray<X509Certificate2> Chain)
{
    public X509Certificate2 Leaf => Chain[0];

    /// <summary>The certificate that the leaf was found to be signed by; null: the chain was not believed.</summary>
    public X509Certificate2? Issuer { get; init; }
}

/// <summary>
/// Asks whether a certificate was revoked by its authority (CRL, OCSP). Called once the chain and the rules hold, before anybody is believed, on sockets
/// that are accepted and on those that are dialled. Local lists of serial numbers are another matter and always hold.
/// </summary>
public interface ICertificateRevocationCheck
{
    /// <summary>Why the certificate is refused, or null. Must answer within its own deadline and never throw for what a peer or a responder did.</summary>
    ValueTask<string?> CheckAsync(ShownCertificate shown, CancellationToken cancellation);
}

/// <summary>No authority is asked.</summary>
public sealed class NoRevocationCheck : ICertificateRevocationCheck
{
    public static readonly NoRevocationCheck Instance = new();

    public ValueTask<string?> CheckAsync(ShownCertificate shown, CancellationToken cancellation) => new((string?)null);
}
