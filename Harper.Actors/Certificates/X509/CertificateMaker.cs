using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Harper.Core.Certificates;
using Harper.Core.Operations;

namespace Harper.Actors.Certificates.X509;

/// <summary>Makes certificates and requests. What goes into them is decided by <see cref="CertificateProfile"/>; here it is only put into their form (RFC 5280).</summary>
internal static class CertificateMaker
{
    /// <summary>Clocks of two nodes differ; a certificate holds from a little before it was made.</summary>
    private static readonly TimeSpan ClockLeeway = TimeSpan.FromHours(1);

    /// <summary>An authority that signs itself.</summary>
    public static X509Certificate2 MakeAuthority(CertificateProfile profile, SigningKey key, DateTimeOffset now, TimeSpan lifetime)
    {
        var subject = SubjectOf(profile.CommonName);
        var request = key.Request(subject);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.Create(subject, key.Generator, now - ClockLeeway, now + lifetime, NewSerial());
    }

    /// <summary>A node's certificate over a public key, signed by an authority; it never outlives the authority.</summary>
    public static X509Certificate2 MakeNode(
        CertificateProfile profile, PublicKey publicKey, X509Certificate2 authority, SigningKey authorityKey, DateTimeOffset now, TimeSpan lifetime)
    {
        var request = new CertificateRequest(SubjectOf(profile.CommonName), publicKey, authorityKey.Digest);
        foreach (var extension in ExtensionsOf(profile)) request.CertificateExtensions.Add(extension);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, false));
        if (authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any())
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var until = now + lifetime;
        if (until > authority.NotAfter) until = authority.NotAfter;
        return request.Create(authority.SubjectName, authorityKey.Generator, now - ClockLeeway, until, NewSerial());
    }

    /// <summary>
    /// The request that a joiner sends, as PEM. It asks for what an original would otherwise not put into the certificate: it copies what it finds here
    /// (wire protocol 7.1).
    /// </summary>
    public static string MakeRequest(CertificateProfile profile, SigningKey key)
    {
        var request = key.Request(SubjectOf(profile.CommonName));
        foreach (var extension in ExtensionsOf(profile)) request.CertificateExtensions.Add(extension);
        return request.CreateSigningRequestPem().ReplaceLineEndings("\r\n") + "\r\n";
    }

    /// <summary>The key and the name of a request whose signature proves that its sender has the key.</summary>
    /// <exception cref="OperationError">400: unreadable, forged or with a weak key.</exception>
    public static (PublicKey Key, string? CommonName) ReadRequest(string pem)
    {
        try
        {
            var request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256);
            CheckStrength(request.PublicKey);
            return (request.PublicKey, CertificateReader.CommonNameOf(request.SubjectName));
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or AsnContentException)
        {
            throw OperationError.Bad("'csr' is not a certificate signing request in PEM form that is signed with its own key");
        }
    }

    private static void CheckStrength(PublicKey key)
    {
        using var rsa = key.GetRSAPublicKey();
        using var ecdsa = rsa is null ? key.GetECDsaPublicKey() : null;
        if (rsa is { KeySize: >= PeerCertificateRules.MinRsaBits and <= 16_384 } || ecdsa is { KeySize: >= PeerCertificateRules.MinEcBits }) return;
        throw OperationError.Bad($"'csr' has a key that is not accepted: RSA from {PeerCertificateRules.MinRsaBits} to 16384 bits or an elliptic curve of at least {PeerCertificateRules.MinEcBits} bits is");
    }

    private static IEnumerable<X509Extension> ExtensionsOf(CertificateProfile profile)
    {
        yield return new X509BasicConstraintsExtension(false, false, 0, true);
        yield return new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true);
        yield return new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false);
        yield return AlternativeNames(profile);
    }

    // In the order of the original: 127.0.0.1, localhost, ::1, then the node's own.
    private static X509Extension AlternativeNames(CertificateProfile profile)
    {
        var builder = new SubjectAlternativeNameBuilder();
        builder.AddIpAddress(profile.Addresses[0]);
        builder.AddDnsName(profile.DnsNames[0]);
        foreach (var address in profile.Addresses.Skip(1)) builder.AddIpAddress(address);
        foreach (var name in profile.DnsNames.Skip(1)) builder.AddDnsName(name);
        return builder.Build();
    }

    private static X500DistinguishedName SubjectOf(string commonName)
    {
        // The builder writes what was added last first.
        var builder = new X500DistinguishedNameBuilder();
        builder.AddOrganizationName("HarperDB, Inc.");
        builder.AddLocalityName("Denver");
        builder.AddStateOrProvinceName("Colorado");
        // The original writes three letters where X.520 has two; its peers compare whole names, so this one does as well.
        builder.Add("2.5.4.6", "USA", UniversalTagNumber.PrintableString);
        builder.AddCommonName(commonName);
        return builder.Build();
    }

    /// <summary>Eight random bytes, positive and never zero at the front, as the original's.</summary>
    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x01);
        return serial;
    }
}
