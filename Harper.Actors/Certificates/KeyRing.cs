using Harper.Actors.Certificates.X509;
using Harper.Core.Outside;

namespace Harper.Actors.Certificates;

/// <summary>
/// The private keys of this node by the name that rows give them: files below <c>keys/</c>, and those that the configuration names elsewhere. Keys that
/// were read stay in memory, because connections use them; they go with the process.
/// </summary>
internal sealed class KeyRing(IKeyFiles files)
{
    /// <summary>The key that a first start makes for the authority and the node together, as the original names it.</summary>
    public const string OwnKey = "privateKey.pem";

    private readonly Dictionary<string, SigningKey> _keys = new(StringComparer.Ordinal);

    public SigningKey? Find(string name)
    {
        if (_keys.TryGetValue(name, out var known)) return known;
        if (!IsFileName(name) || files.Read(name) is not { } pem || SigningKey.FromPem(pem) is not { } key) return null;
        return _keys[name] = key;
    }

    /// <summary>The name of a key that belongs to a public key, wherever it came from; null when there is none.</summary>
    public string? NameOf(string keyFingerprint)
    {
        foreach (var name in files.List()) Find(name);
        foreach (var (name, key) in _keys)
            if (key.Fingerprint == keyFingerprint) return name;
        return null;
    }

    /// <summary>The node's own RSA key; made and stored when it is not there yet.</summary>
    public SigningKey Own(int bits)
    {
        if (Find(OwnKey) is { } there) return there;
        if (files.Read(OwnKey) is not null)
            throw new InvalidOperationException($"keys/{OwnKey} is no private key that can be used (unencrypted PEM); mend it, or move it away and a new one is made");
        var made = SigningKey.NewRsa(bits);
        files.Write(OwnKey, made.ToPem());
        return _keys[OwnKey] = made;
    }

    public void Store(string name, string pem, SigningKey key)
    {
        files.Write(name, pem);
        _keys[name] = key;
    }

    /// <summary>Held under a name without a file of ours.</summary>
    public void Hold(string name, SigningKey key) => _keys[name] = key;

    public void Delete(string name)
    {
        _keys.Remove(name);
        if (IsFileName(name)) files.Delete(name);
    }

    /// <summary>The file of a certificate's key: the name with everything unusual replaced.</summary>
    public static string FileNameFor(string certificate)
    {
        var name = string.Concat(certificate.Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-')).TrimStart('.');
        return (name.Length is 0 or > 200 ? "certificate" : name) + ".pem";
    }

    /// <summary>Rows name files; a row never leads out of the folder.</summary>
    private static bool IsFileName(string name) => OutsidePath.ProblemOf(name) is null && !name.Contains('/') && !name.StartsWith('.');
}
