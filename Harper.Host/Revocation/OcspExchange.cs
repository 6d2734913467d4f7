using System.Security.Cryptography;
using Harper.Core.Certificates.Revocation;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Ocsp;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Ocsp;
using Org.BouncyCastle.X509;

namespace Harper.Host.Revocation;

/// <summary>One question to a responder and the reading of its answer (RFC 6960).</summary>
internal sealed class OcspExchange
{
    public const string RequestType = "application/ocsp-request";
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);
    private readonly X509Certificate _issuer;
    private readonly CertificateID _id;
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(16);

    public OcspExchange(X509Certificate certificate, X509Certificate issuer)
    {
        _issuer = issuer;
        // SHA-1 names the authority here, it does not protect anything; responders know no other.
        _id = new CertificateID(CertificateID.DigestSha1, issuer, certificate.SerialNumber);
    }

    public byte[] Request()
    {
        var request = new OcspReqGenerator();
        request.AddRequest(_id);
        var extensions = new X509ExtensionsGenerator();
        extensions.AddExtension(OcspObjectIdentifiers.PkixOcspNonce, false, new DerOctetString(_nonce));
        request.SetRequestExtensions(extensions.Generate());
        return request.Generate().GetEncoded();
    }

    /// <param name="until">When the answer ends by itself; null: it does not say.</param>
    public RevocationAnswer Read(byte[] bytes, string url, DateTimeOffset now, out DateTimeOffset? until)
    {
        until = null;
        try
        {
            var response = new OcspResp(bytes);
            if (response.Status != OcspRespStatus.Successful) return RevocationAnswer.Unavailable($"{url}: the responder answers with status {response.Status}");
            if (response.GetResponseObject() is not BasicOcspResp answer) return RevocationAnswer.Unavailable($"{url}: the responder's answer is of an unknown kind");
            if (!IsSigned(answer, now)) return RevocationAnswer.Forged($"{url}: the answer is not signed by {_issuer.SubjectDN} or a responder that it appointed");
            if (answer.GetExtensionValue(OcspObjectIdentifiers.PkixOcspNonce) is { } echoed && !NonceOf(echoed).AsSpan().SequenceEqual(_nonce))
                return RevocationAnswer.Unavailable($"{url}: the answer is one to another question");
            var mine = Array.Find(answer.Responses, one => _id.Equals(one.GetCertID()));
            if (mine is null) return RevocationAnswer.Unavailable($"{url}: the answer does not speak of this certificate");
            if (Utc(mine.ThisUpdate) > now + Skew) return RevocationAnswer.Unavailable($"{url}: the answer is of a time to come");
            if (mine.NextUpdate is { } next)
            {
                until = Utc(next);
                if (until < now - Skew) return RevocationAnswer.Unavailable($"{url}: the answer ended at {until:u}");
            }
            return mine.GetCertStatus() switch
            {
                null => RevocationAnswer.Good,
                RevokedStatus => RevocationAnswer.Revoked($"says {url}"),
                _ => RevocationAnswer.Unavailable($"{url}: the responder does not know the certificate"),
            };
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return RevocationAnswer.Unavailable($"{url}: no answer of a responder can be read: {failure.Message}");
        }
    }

    /// <summary>By the authority itself, or by somebody to whom it gave a certificate for just that.</summary>
    private bool IsSigned(BasicOcspResp answer, DateTimeOffset now)
    {
        if (Holds(() => answer.Verify(_issuer.GetPublicKey()))) return true;
        foreach (var responder in answer.GetCerts().Take(4))
        {
            if (!responder.IssuerDN.Equivalent(_issuer.SubjectDN, true) || !responder.IsValid(now.UtcDateTime)) continue;
            if (responder.GetExtendedKeyUsage()?.Contains(KeyPurposeID.id_kp_OCSPSigning) is not true) continue;
            if (Holds(() => { responder.Verify(_issuer.GetPublicKey()); return true; }) && Holds(() => answer.Verify(responder.GetPublicKey()))) return true;
        }
        return false;
    }

    private static bool Holds(Func<bool> verify)
    {
        try
        {
            return verify();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Another kind of key, or a damaged signature: not this one's.
            return false;
        }
    }

    private static byte[] NonceOf(Asn1OctetString extension)
    {
        try
        {
            return Asn1OctetString.GetInstance(extension.GetOctets()).GetOctets();
        }
        catch (Exception failure) when (failure is ArgumentException or IOException)
        {
            // Some responders give it back without the inner envelope.
            return extension.GetOctets();
        }
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
