using System.Security.Cryptography;
using Harper.Actors.Certificates.X509;
using Harper.Core.Membership;

namespace Harper.Actors.Certificates;

/// <summary>What an introduction needs of the certificates: a request to be signed, what came back, and the other way round.</summary>
public sealed class IntroductionCertificates(CertificateClient client)
{
    public Task<CertificateProtocol.JoinPrepared> PrepareAsync(bool forcesSigning, CancellationToken cancellation) =>
        client.AskAsync<CertificateProtocol.JoinPrepared>(new CertificateProtocol.PrepareJoin(forcesSigning), cancellation);

    /// <summary>Stores the signed certificate and what signed it; throws and stores nothing when they do not fit.</summary>
    public Task CompleteAsync(string certificate, string authority, CancellationToken cancellation) =>
        client.AskAsync<CertificateProtocol.Done>(new CertificateProtocol.CompleteJoin(certificate, authority), cancellation);

    /// <summary>Signs a joiner's key under the name by which it becomes a member.</summary>
    public Task<CertificateProtocol.Signed> SignAsync(string csr, NodeTarget joiner, CancellationToken cancellation) =>
        client.AskAsync<CertificateProtocol.Signed>(new CertificateProtocol.Sign(csr, joiner.Name, PeerAddress.Write(joiner.Url)), cancellation);

    /// <summary>An authority as records name it; null when the text is no certificate.</summary>
    public static NodeAuthority? AuthorityOf(string pem)
    {
        if (CertificateReader.Read(pem) is not { } certificate) return null;
        try
        {
            var facts = CertificateReader.FactsOf(certificate);
            return new NodeAuthority(CertificateReader.WithoutKeys(pem), facts);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
