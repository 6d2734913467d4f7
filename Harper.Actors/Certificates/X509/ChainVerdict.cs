using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates.X509;

/// <summary>Checks whether a certificate that a peer showed ends at somebody trusted. Nothing is ever fetched for it.</summary>
internal static class ChainVerdict
{
    /// <summary>How a chain is built: trusted are exactly these authorities, nothing is downloaded, revocation is somebody else's question.</summary>
    public static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
            // When it is over is told by the rules, in words of their own.
            VerificationFlags = X509VerificationFlags.NoFlag, UrlRetrievalTimeout = TimeSpan.FromSeconds(1),
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>What is to be thought of a certificate.</summary>
    /// <param name="built">The chain that was built with <see cref="PolicyOf"/>, when TLS has done so already.</param>
    /// <param name="publicRoots">Tried when the cluster's own authorities do not know it; null: not trusted.</param>
    public static CertificateClaim Judge(
        X509Certificate2 leaf, X509Chain? built, X509Certificate2Collection extra, X509Certificate2Collection authorities, PublicRoots? publicRoots,
        CertificateRole role, DateTimeOffset now) => Judge(leaf, built, extra, authorities, publicRoots, role, now, out _);

    /// <param name="issuer">Who signed it, when the chain ends where it should.</param>
    public static CertificateClaim Judge(
        X509Certificate2 leaf, X509Chain? built, X509Certificate2Collection extra, X509Certificate2Collection authorities, PublicRoots? publicRoots,
        CertificateRole role, DateTimeOffset now, out X509Certificate2? issuer)
    {
        issuer = null;
        CertificateFacts facts;
        try
        {
            facts = CertificateReader.FactsOf(leaf);
        }
        catch (CryptographicException)
        {
            return new CertificateClaim(Unreadable, "certificate cannot be read");
        }
        using var own = built is null ? Build(leaf, extra, PolicyOf(authorities)) : null;
        var chain = built ?? own!;
        var atPublicRoot = false;
        if (!IsTrusted(chain) && publicRoots is not null)
        {
            using var second = Build(leaf, extra, publicRoots.CreatePolicy());
            if (IsTrusted(second))
            {
                issuer = IssuerOf(second);
                return new CertificateClaim(facts, RulesOf(second, facts, role, now), true);
            }
        }
        if (IsTrusted(chain)) issuer = IssuerOf(chain);
        return new CertificateClaim(facts, IsTrusted(chain) ? RulesOf(chain, facts, role, now) : FaultOf(chain, facts, role, now), atPublicRoot);
    }

    /// <summary>A copy: the chain's own objects go with it.</summary>
    private static X509Certificate2? IssuerOf(X509Chain chain) =>
        chain.ChainElements.Count > 1 ? X509CertificateLoader.LoadCertificate(chain.ChainElements[1].Certificate.RawDataMemory.Span) : null;

    private static X509Chain Build(X509Certificate2 leaf, X509Certificate2Collection extra, X509ChainPolicy policy)
    {
        var chain = new X509Chain { ChainPolicy = policy };
        chain.ChainPolicy.ExtraStore.AddRange(extra);
        try
        {
            chain.Build(leaf);
        }
        catch (CryptographicException)
        {
            // Damaged beyond what can be built: then there are no elements, which counts as untrusted.
        }
        return chain;
    }

    private static bool IsTrusted(X509Chain chain) => chain.ChainElements.Count > 0 && (StatusOf(chain) & ~X509ChainStatusFlags.NotTimeValid) == X509ChainStatusFlags.NoError;

    private static X509ChainStatusFlags StatusOf(X509Chain chain)
    {
        var all = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus) all |= status.Status;
        return all;
    }

    /// <summary>It ends where it should; is it good enough?</summary>
    private static string? RulesOf(X509Chain chain, CertificateFacts leaf, CertificateRole role, DateTimeOffset now)
    {
        if (PeerCertificateRules.ProblemOf(leaf, role, now) is { } problem) return problem;
        var elements = chain.ChainElements;
        if (elements.Count > PeerCertificateRules.MaxChainLength) return $"certificate chain has {elements.Count} certificates, at most {PeerCertificateRules.MaxChainLength} are accepted";
        if (elements.Sum(element => element.Certificate.RawDataMemory.Length) > PeerCertificateRules.MaxChainBytes) return "certificate chain is too large";
        for (var i = 1; i < elements.Count; i++)
        {
            var facts = CertificateReader.FactsOf(elements[i].Certificate);
            if (i < elements.Count - 1 && PeerCertificateRules.WeaknessOf(facts) is { } weak) return "an authority's " + weak;
            if (now < facts.ValidFrom || now > facts.ValidTo) return $"the certificate of its authority {facts.CommonName ?? facts.Subject} is not valid now";
        }
        return null;
    }

    private static string FaultOf(X509Chain chain, CertificateFacts leaf, CertificateRole role, DateTimeOffset now)
    {
        var status = StatusOf(chain);
        if ((status & X509ChainStatusFlags.HasNotSupportedCriticalExtension) != 0) return "certificate has a critical extension that is not understood";
        if ((status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0 || chain.ChainElements.Count == 0)
        {
            var last = chain.ChainElements.Count == 0 ? null : chain.ChainElements[^1].Certificate;
            return ChainFault.Untrusted(leaf, chain.ChainElements.Count, last is not null && last.SubjectName.RawData.AsSpan().SequenceEqual(last.IssuerName.RawData));
        }
        if (PeerCertificateRules.ProblemOf(leaf, role, now) is { } problem) return problem;
        return "certificate is not valid: " + string.Join(", ", chain.ChainStatus.Select(one => one.Status));
    }

    private static readonly CertificateFacts Unreadable = new()
    {
        CommonName = null, Subject = "", Issuer = "", Serial = "", ValidFrom = default, ValidTo = default, KeyAlgorithm = "", KeyBits = 0, Fingerprint = "", KeyFingerprint = "",
    };
}
