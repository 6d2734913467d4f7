using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Harper.Tests.Support;

/// <summary>An authority of a spec, independent of the product's own code, and the certificates that it issues, good ones and bad ones.</summary>
internal sealed class TestAuthority
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TestAuthority? _parent;

    public TestAuthority(string name = "Test Authority", TestAuthority? parent = null)
    {
        _parent = parent;
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = request.Create(
            parent?.Certificate.SubjectName ?? request.SubjectName, X509SignatureGenerator.CreateForECDsa(parent?._key ?? _key), DateTimeOffset.UtcNow.AddDays(-30),
            DateTimeOffset.UtcNow.AddDays(365), RandomNumberGenerator.GetBytes(8));
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem() + "\n";

    public string KeyPem => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>The authorities between this one and the root, this one first.</summary>
    public IEnumerable<X509Certificate2> Intermediates => _parent is null ? [] : [Certificate, .. _parent.Intermediates];

    /// <summary>Its list of what it revoked, as of now and for an hour, in DER.</summary>
    public byte[] List(params IssuedCertificate[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var issued in revoked) builder.AddEntry(issued.Certificate);
        using var issuer = Certificate.CopyWithPrivateKey(_key);
        return builder.Build(issuer, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddHours(1), HashAlgorithmName.SHA256);
    }

    public IssuedCertificate Issue(string commonName, Issuing? how = null)
    {
        how ??= new Issuing();
        using var rsa = how.RsaBits is { } bits ? RSA.Create(bits) : null;
        using var ecdsa = rsa is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var request = rsa is not null
            ? new CertificateRequest($"CN={commonName}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={commonName}", ecdsa!, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(how.IsAuthority, false, 0, true));
        if (how.Usages.Length > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. how.Usages.Select(usage => new Oid(usage))], false));
        if (how.AlternativeNames(commonName) is { } names) request.CertificateExtensions.Add(names);
        if (how.UnknownCritical) request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", [0x05, 0x00], true));
        if (how.Padding > 0) request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.2", [0x04, 0x82, (byte)(how.Padding >> 8), (byte)how.Padding, .. new byte[how.Padding]], false));
        if (how.ListedAt is { } list) request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([list]));
        if (how.AskedAt is { } responder) request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([responder], [], false));
        var serial = how.Serial ?? [1, .. RandomNumberGenerator.GetBytes(7)];
        var signer = how.SelfSigned
            ? rsa is not null ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa(ecdsa!)
            : X509SignatureGenerator.CreateForECDsa(_key);
        var certificate = request.Create(how.SelfSigned ? request.SubjectName : Certificate.SubjectName, signer, how.From, how.To, serial);
        var key = rsa?.ExportPkcs8PrivateKeyPem() ?? ecdsa!.ExportPkcs8PrivateKeyPem();
        return new IssuedCertificate(certificate, key, [.. Intermediates]);
    }
}

/// <summary>What a certificate of a spec is to be like.</summary>
internal sealed record Issuing
{
    public const string Server = "1.3.6.1.5.5.7.3.1";
    public const string Client = "1.3.6.1.5.5.7.3.2";

    /// <summary>Null: an elliptic key.</summary>
    public int? RsaBits { get; init; }

    public bool SelfSigned { get; init; }

    public bool IsAuthority { get; init; }

    public bool UnknownCritical { get; init; }

    public int Padding { get; init; }

    public byte[]? Serial { get; init; }

    /// <summary>Where the authority lists what it revoked; null: the certificate does not say.</summary>
    public string? ListedAt { get; init; }

    /// <summary>Where a responder answers for it; null: the certificate does not say.</summary>
    public string? AskedAt { get; init; }

    public DateTimeOffset From { get; init; } = DateTimeOffset.UtcNow.AddDays(-1);

    public DateTimeOffset To { get; init; } = DateTimeOffset.UtcNow.AddDays(90);

    public string[] Usages { get; init; } = [Server, Client];

    /// <summary>Null: the common name.</summary>
    public string[]? Names { get; init; }

    public X509Extension? AlternativeNames(string commonName)
    {
        var builder = new SubjectAlternativeNameBuilder();
        string[] names = Names ?? [commonName];
        if (names.Length == 0) return null;
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address)) builder.AddIpAddress(address);
            else builder.AddDnsName(name);
        }
        return builder.Build();
    }
}

/// <summary>A certificate with its key, which no table may ever hold.</summary>
internal sealed record IssuedCertificate(X509Certificate2 Certificate, string KeyPem, IReadOnlyList<X509Certificate2> Intermediates)
{
    public string Pem => Certificate.ExportCertificatePem() + "\n" + string.Concat(Intermediates.Select(certificate => certificate.ExportCertificatePem() + "\n"));

    public string Serial => Certificate.SerialNumber;

    /// <summary>As TLS takes it.</summary>
    public X509Certificate2 WithKey() => X509Certificate2.CreateFromPem(Certificate.ExportCertificatePem(), KeyPem);
}
