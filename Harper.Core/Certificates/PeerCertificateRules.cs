namespace Harper.Core.Certificates;

/// <summary>The part that a certificate is shown for.</summary>
public enum CertificateRole { Client, Server }

/// <summary>
/// What a peer's certificate must be beyond being signed by somebody trusted. Nobody can argue a weak or misplaced certificate into being accepted: the
/// rules hold for every authority, public ones included.
/// </summary>
public static class PeerCertificateRules
{
    public const int MinRsaBits = 2048;
    public const int MinEcBits = 256;

    /// <summary>Certificates in a chain, both ends included.</summary>
    public const int MaxChainLength = 6;

    /// <summary>Bytes of a chain: an honest one has a few kilobytes.</summary>
    public const int MaxChainBytes = 32 * 1024;

    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>What is wrong with it, or null.</summary>
    public static string? ProblemOf(CertificateFacts certificate, CertificateRole role, DateTimeOffset now)
    {
        if (now < certificate.ValidFrom) return $"certificate is not yet valid (from {CertificateText.Date(certificate.ValidFrom)}; are the clocks of both nodes right?)";
        if (now > certificate.ValidTo) return $"certificate has expired ({CertificateText.Date(certificate.ValidTo)})";
        if (certificate.IsAuthority) return "certificate is one of an authority, not of a node";
        if (WeaknessOf(certificate) is { } weak) return weak;
        var wanted = role == CertificateRole.Client ? ClientUsage : ServerUsage;
        if (certificate.Usages is { } usages && !usages.Contains(wanted) && !usages.Contains(AnyUsage))
            return $"certificate is not meant for {(role == CertificateRole.Client ? "clients" : "servers")} (extended key usage)";
        return null;
    }

    /// <summary>Holds for every certificate of a chain but its root, whose signature nobody relies on.</summary>
    public static string? WeaknessOf(CertificateFacts certificate)
    {
        if (certificate.HasWeakSignature) return "certificate is signed with a broken digest (SHA-1 or MD5)";
        return certificate.KeyAlgorithm switch
        {
            "RSA" when certificate.KeyBits < MinRsaBits => $"certificate has a weak key (RSA {certificate.KeyBits}, at least {MinRsaBits} is needed)",
            "EC" when certificate.KeyBits < MinEcBits => $"certificate has a weak key (EC {certificate.KeyBits}, at least {MinEcBits} is needed)",
            "RSA" or "EC" => null,
            var other => $"certificate has a key of an unknown kind ({other})",
        };
    }
}
