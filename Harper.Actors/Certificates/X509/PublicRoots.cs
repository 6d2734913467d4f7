using System.Security.Cryptography.X509Certificates;

namespace Harper.Actors.Certificates.X509;

/// <summary>The public authorities: those of the operating system (on Debian the package ca-certificates), or of a file that stands in for them.</summary>
internal sealed class PublicRoots
{
    private readonly X509Certificate2Collection? _listed;

    private PublicRoots(X509Certificate2Collection? listed) => _listed = listed;

    public static readonly PublicRoots OfSystem = new(null);

    /// <exception cref="InvalidOperationException">The file holds no certificates.</exception>
    public static PublicRoots FromFile(string path)
    {
        var all = CertificateReader.ReadAll(File.ReadAllText(path));
        if (all.IsEmpty) throw new InvalidOperationException($"{path} holds no certificates in PEM form");
        return new PublicRoots([.. all]);
    }

    public X509ChainPolicy CreatePolicy()
    {
        if (_listed is not null) return ChainVerdict.PolicyOf(_listed);
        return new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.System, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
            UrlRetrievalTimeout = TimeSpan.FromSeconds(1),
        };
    }
}
