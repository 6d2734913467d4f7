using System.Collections.Immutable;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;

namespace Harper.Host.Revocation;

/// <summary>Where a certificate says that its authority tells of revocations.</summary>
internal sealed record RevocationPoints(ImmutableArray<string> Lists, ImmutableArray<string> Responders)
{
    /// <summary>More are not asked: a certificate must not make this node call half the world.</summary>
    private const int MaxUrls = 4;

    public static RevocationPoints Of(Org.BouncyCastle.X509.X509Certificate certificate) =>
        new([.. ListsOf(certificate).Distinct().Take(MaxUrls)], [.. RespondersOf(certificate).Distinct().Take(MaxUrls)]);

    private static IEnumerable<string> ListsOf(Org.BouncyCastle.X509.X509Certificate certificate)
    {
        if (certificate.GetExtensionValue(X509Extensions.CrlDistributionPoints) is not { } extension) return [];
        return from point in CrlDistPoint.GetInstance(Asn1Object.FromByteArray(extension.GetOctets())).GetDistributionPoints()
               // A point of another issuer's list, or of some reasons only, would have to be checked otherwise.
               where point.CrlIssuer is null && point.Reasons is null && point.DistributionPointName is { Type: DistributionPointName.FullName }
               from name in GeneralNames.GetInstance(point.DistributionPointName.Name).GetNames()
               where Url(name) is not null
               select Url(name)!;
    }

    private static IEnumerable<string> RespondersOf(Org.BouncyCastle.X509.X509Certificate certificate)
    {
        if (certificate.GetExtensionValue(X509Extensions.AuthorityInfoAccess) is not { } extension) return [];
        return from access in AuthorityInformationAccess.GetInstance(Asn1Object.FromByteArray(extension.GetOctets())).GetAccessDescriptions()
               where access.AccessMethod.Equals(AccessDescription.IdADOcsp) && Url(access.AccessLocation) is not null
               select Url(access.AccessLocation)!;
    }

    private static string? Url(GeneralName name) =>
        name.TagNo == GeneralName.UniformResourceIdentifier && DerIA5String.GetInstance(name.Name).GetString() is { } url
            && (url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            ? url
            : null;
}
