using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Harper.Actors.Certificates.X509;

/// <summary>A private key, RSA or elliptic, as it lies in a file below <c>keys/</c>. Never shown, never logged.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private SigningKey(RSA? rsa, ECDsa? ecdsa)
    {
        _rsa = rsa;
        _ecdsa = ecdsa;
        Generator = rsa is not null ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1) : X509SignatureGenerator.CreateForECDsa(ecdsa!);
    }

    public bool IsRsa => _rsa is not null;

    public X509SignatureGenerator Generator { get; }

    public string Fingerprint => Convert.ToHexString(SHA256.HashData(Generator.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>A digest that fits the key's strength.</summary>
    public HashAlgorithmName Digest => _ecdsa is { KeySize: > 256 } ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    public static SigningKey NewRsa(int bits) => new(RSA.Create(bits), null);

    /// <summary>Null: no key that this program can use (encrypted, damaged, of another kind).</summary>
    public static SigningKey? FromPem(string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new SigningKey(rsa, null);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            rsa.Dispose();
        }
        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportFromPem(pem);
            return new SigningKey(null, ecdsa);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            ecdsa.Dispose();
            return null;
        }
    }

    public string ToPem() => _rsa?.ExportPkcs8PrivateKeyPem() ?? _ecdsa!.ExportPkcs8PrivateKeyPem();

    public CertificateRequest Request(X500DistinguishedName subject) =>
        _rsa is not null ? new CertificateRequest(subject, _rsa, Digest, RSASignaturePadding.Pkcs1) : new CertificateRequest(subject, _ecdsa!, Digest);

    /// <summary>The certificate with this key, for use in TLS.</summary>
    public X509Certificate2 Attach(X509Certificate2 certificate) =>
        _rsa is not null ? certificate.CopyWithPrivateKey(_rsa) : certificate.CopyWithPrivateKey(_ecdsa!);

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }
}
