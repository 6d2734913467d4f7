using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Harper.Actors.Certificates;
using Harper.Actors.Membership;
using Harper.Core.Identity;

namespace Harper.Tests.Support;

/// <summary>What a node of a spec has of certificates: its keys, which outlive it, and how it makes certificates.</summary>
internal sealed class SecureNode : IKeyFiles
{
    // Keys take longer to make than everything else in these specs: a few serve them all.
    private static readonly ConcurrentQueue<string> Spare = new();
    private readonly ConcurrentDictionary<string, string> _keys = new();

    public SecureNode(bool withKey = true)
    {
        if (withKey) _keys["privateKey.pem"] = NewKey();
    }

    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(3650);

    public ImmutableArray<ConfiguredCertificate> Configured { get; init; } = [];

    public bool EnableRootCas { get; init; }

    public string PublicRoots { get; init; } = "";

    /// <summary>Added to the clock that certificates are judged by.</summary>
    public TimeSpan Ahead { get; set; }

    public ICertificateRevocationCheck? Revocation { get; init; }

    public IEnumerable<string> Texts => _keys.Values;

    public CertificateFeature Create(string name, string url, MembershipView view) => new(
        new CertificateSettings
        {
            Self = new NodeName(name), Url = url, IsSecure = true, IsReachedSecurely = true, Configured = Configured, EnableRootCas = EnableRootCas,
            Timings = new CertificateTimings(2048, Lifetime, TimeSpan.FromMilliseconds(200), PublicRoots),
        },
        this, view, () => DateTimeOffset.UtcNow + Ahead, Revocation);

    /// <summary>Until set the node has not made its key; null: it has.</summary>
    public ManualResetEventSlim? Making { get; init; }

    public string? Read(string name)
    {
        Making?.Wait(TimeSpan.FromSeconds(60));
        return _keys.GetValueOrDefault(name);
    }

    public void Write(string name, string text) => _keys[name] = text;

    public void Delete(string name) => _keys.TryRemove(name, out _);

    public IReadOnlyList<string> List() => [.. _keys.Keys];

    /// <summary>An RSA key of 2048 bits, in PEM form.</summary>
    public static string NewKey()
    {
        if (Spare.TryDequeue(out var spare))
        {
            Spare.Enqueue(spare);
            if (Spare.Count >= 4) return spare;
        }
        using var rsa = RSA.Create(2048);
        var made = rsa.ExportPkcs8PrivateKeyPem();
        Spare.Enqueue(made);
        return made;
    }
}
