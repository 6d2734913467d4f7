using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Harper.Bench.Systems;

/// <summary>An authority for one pair of nodes, so that they speak TLS to each other with certificates of one private authority, by routes alone.</summary>
internal sealed class PairCertificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public PairCertificates()
    {
        var request = new CertificateRequest("CN=Bench Authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <summary>The node's <c>tls</c> section, as HARPER_CONFIG takes it.</summary>
    public string ConfigOf(string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={address}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(29), RandomNumberGenerator.GetBytes(8));
        return JsonSerializer.Serialize(new
        {
            tls = new { certificate = certificate.ExportCertificatePem(), privateKey = key.ExportPkcs8PrivateKeyPem(), certificateAuthority = _authority.ExportCertificatePem() },
        });
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }
}
