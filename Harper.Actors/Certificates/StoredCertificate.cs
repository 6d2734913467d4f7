using System.Security.Cryptography.X509Certificates;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates;

/// <summary>A row of hdb_certificate that could be read, as TLS uses it.</summary>
/// <param name="Certificate">With its private key when this node has it. Never disposed: connections may use it as long as they live.</param>
public sealed record StoredCertificate(CertificateCandidate Candidate, X509Certificate2 Certificate)
{
    public CertificateRow Row => Candidate.Row;

    public CertificateFacts Facts => Candidate.Facts;
}

/// <summary>An authority that certificates of peers may end at, and how it came to be trusted.</summary>
/// <param name="Name">Its common name, else its subject.</param>
/// <param name="Source">In words: a row of hdb_certificate, or the record of a node.</param>
/// <param name="CanSign">This node has its key.</param>
public sealed record KnownAuthority(string Name, CertificateFacts Facts, X509Certificate2 Certificate, string Source, bool CanSign);
