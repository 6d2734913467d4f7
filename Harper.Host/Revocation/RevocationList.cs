using System.Collections.Frozen;
using Harper.Core.Certificates.Revocation;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace Harper.Host.Revocation;

/// <summary>A certificate revocation list (RFC 5280, section 5) whose signature was checked.</summary>
/// <param name="NextUpdate">Null: it does not say.</param>
internal sealed record RevocationList(FrozenSet<BigInteger> Serials, DateTimeOffset ThisUpdate, DateTimeOffset? NextUpdate, int Bytes)
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Reads a list in DER or PEM form.</summary>
    /// <param name="problem">Why there is none.</param>
    public static RevocationList? Read(byte[] bytes, X509Certificate issuer, string url, DateTimeOffset now, out RevocationAnswer? problem)
    {
        problem = null;
        X509Crl list;
        try
        {
            list = new X509CrlParser().ReadCrl(bytes) ?? throw new InvalidDataException("it is empty");
            if (!list.IssuerDN.Equivalent(issuer.SubjectDN, true))
            {
                problem = RevocationAnswer.Unavailable($"{url}: the list is not of {issuer.SubjectDN}");
                return null;
            }
            list.Verify(issuer.GetPublicKey());
        }
        catch (Exception failure) when (failure is SignatureException or InvalidKeyException)
        {
            problem = RevocationAnswer.Forged($"{url}: the list is not signed by {issuer.SubjectDN}");
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            problem = RevocationAnswer.Unavailable($"{url}: no revocation list can be read there: {failure.Message}");
            return null;
        }
        problem = Partial(list, url);
        var from = new DateTimeOffset(DateTime.SpecifyKind(list.ThisUpdate, DateTimeKind.Utc));
        if (problem is null && from > now + Skew) problem = RevocationAnswer.Unavailable($"{url}: the list is of {from:u}, which is still to come");
        if (problem is not null) return null;
        var serials = list.GetRevokedCertificates()?.Select(entry => entry.SerialNumber).ToFrozenSet() ?? FrozenSet<BigInteger>.Empty;
        return new RevocationList(
            serials, from, list.NextUpdate is { } next ? new DateTimeOffset(DateTime.SpecifyKind(next, DateTimeKind.Utc)) : null, bytes.Length);
    }

    public RevocationAnswer Of(X509Certificate certificate, string url) => Serials.Contains(certificate.SerialNumber)
        ? RevocationAnswer.Revoked($"listed at {url}")
        : RevocationAnswer.Good;

    public bool IsOver(DateTimeOffset now, TimeSpan grace) => NextUpdate + grace < now;

    /// <summary>A list that does not speak of every certificate of its authority cannot say that one is good.</summary>
    private static RevocationAnswer? Partial(X509Crl list, string url)
    {
        foreach (var id in list.GetCriticalExtensionOids() ?? new HashSet<string>())
            if (id != X509Extensions.IssuingDistributionPoint.Id) return RevocationAnswer.Unavailable($"{url}: the list has a critical extension {id} that is not understood");
        if (list.GetExtensionValue(X509Extensions.IssuingDistributionPoint) is not { } extension) return null;
        var point = IssuingDistributionPoint.GetInstance(Asn1Object.FromByteArray(extension.GetOctets()));
        return point.OnlyContainsCACerts || point.OnlyContainsAttributeCerts || point.IsIndirectCrl || point.OnlySomeReasons is not null
            ? RevocationAnswer.Unavailable($"{url}: the list is not of all certificates of its authority")
            : null;
    }
}
