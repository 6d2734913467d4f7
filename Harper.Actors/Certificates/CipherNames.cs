using System.Net.Security;
using System.Security.Authentication;

namespace Harper.Actors.Certificates;

/// <summary>The <c>ciphers</c> of a certificate (R-CFG-27): names as OpenSSL or the registry of TLS write them, joined by colons.</summary>
public static class CipherNames
{
    private static readonly Dictionary<string, TlsCipherSuite> ByName = Build();

    /// <summary>The suites in their order; <paramref name="problem"/> names the first that is not known.</summary>
    public static IReadOnlyList<TlsCipherSuite> Parse(string ciphers, out string? problem)
    {
        problem = null;
        var suites = new List<TlsCipherSuite>();
        foreach (var name in ciphers.Split([':', ',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            // Exclusions say nothing here: only what is listed is offered.
            if (name[0] is '!' or '-' or '@') continue;
            if (ByName.TryGetValue(name, out var suite)) suites.Add(suite);
            else problem ??= $"'{name}' is no cipher suite that is allowed; examples are ECDHE-RSA-AES256-GCM-SHA384 and TLS_AES_256_GCM_SHA384";
        }
        if (suites.Count == 0) problem ??= "no cipher suite is named";
        return suites;
    }

    /// <summary>
    /// The versions of TLS that some of the suites are for; all when none is named. A version without a suite must be left out, as Node.js does: asked for both with suites of one, the platform
    /// shakes no hands at all.
    /// </summary>
    public static SslProtocols VersionsOf(IReadOnlyList<TlsCipherSuite> suites)
    {
        if (suites.Count == 0) return SslProtocols.Tls12 | SslProtocols.Tls13;
        var versions = SslProtocols.None;
        foreach (var suite in suites) versions |= IsModern(suite.ToString()) ? SslProtocols.Tls13 : SslProtocols.Tls12;
        return versions;
    }

    /// <summary>Of TLS 1.3, whose suites say nothing of keys.</summary>
    private static bool IsModern(string name) => name.StartsWith("TLS_AES_", StringComparison.Ordinal) || name.StartsWith("TLS_CHACHA20_", StringComparison.Ordinal);

    // Only suites with forward secrecy and authenticated encryption: nothing else may be configured.
    private static Dictionary<string, TlsCipherSuite> Build()
    {
        var names = new Dictionary<string, TlsCipherSuite>(StringComparer.OrdinalIgnoreCase);
        foreach (var suite in Enum.GetValues<TlsCipherSuite>().Distinct())
        {
            var name = suite.ToString();
            var strong = (name.StartsWith("TLS_ECDHE_", StringComparison.Ordinal) || name.StartsWith("TLS_DHE_RSA_", StringComparison.Ordinal))
                && !name.Contains("PSK", StringComparison.Ordinal) && !name.Contains("anon", StringComparison.Ordinal)
                && (name.Contains("_WITH_AES_", StringComparison.Ordinal) || name.Contains("_WITH_CHACHA20_", StringComparison.Ordinal))
                && (name.Contains("_GCM_", StringComparison.Ordinal) || name.Contains("POLY1305", StringComparison.Ordinal));
            if (!IsModern(name) && !strong) continue;
            names[name] = suite;
            if (strong) names[OpenSslNameOf(name)] = suite;
        }
        return names;
    }

    /// <summary><c>TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256</c> is <c>ECDHE-RSA-AES128-GCM-SHA256</c> there.</summary>
    private static string OpenSslNameOf(string name) => name["TLS_".Length..]
        .Replace("_WITH_", "_", StringComparison.Ordinal)
        .Replace("AES_", "AES", StringComparison.Ordinal)
        .Replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305", StringComparison.Ordinal)
        .Replace('_', '-');
}
