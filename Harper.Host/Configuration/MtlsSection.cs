using Harper.Core.Certificates.Revocation;

namespace Harper.Host.Configuration;

/// <summary>What the certificates of HTTP clients count for: <c>http.mtls</c> and <c>operationsApi.network.mtls</c> (R-VER-13).</summary>
/// <param name="Required">Whoever shows none that is believed is turned away in the handshake; the plain port and the domain socket ask for none.</param>
public sealed record ClientCertificateConfig(bool Required, RevocationSettings Revocation)
{
    /// <summary>Every believed certificate stands for this user; null: for the one that its common name names.</summary>
    public string? User { get; init; }

    /// <summary><c>user: null</c>: certificates open the door, credentials say who comes in.</summary>
    public bool NamesNobody { get; init; }
}

/// <summary>Reads the sections <c>mtls</c>. What cannot be understood stops the start: a check that is silently off is worse than none.</summary>
internal static class MtlsSection
{
    private const string Verification = "certificateVerification";

    /// <summary>Of HTTP clients; null: none is asked for a certificate, which is the default.</summary>
    public static ClientCertificateConfig? OfClients(ConfigValues values, string key, bool isSecure, List<string> errors, List<string> warnings)
    {
        var given = values.Given<ConfigNode>(key);
        if (given is null or ConfigNode.Scalar { IsNull: true }) return null;
        if (given is ConfigNode.Scalar flag)
        {
            if (flag.Text is "false") return null;
            if (flag.Text is not "true") errors.Add($"{key} is '{given.Display()}'; allowed is true, false, or a section with user, required and {Verification}");
        }
        else if (given is not ConfigNode.Map)
            errors.Add($"{key} is '{given.Display()}'; allowed is true, false, or a section with user, required and {Verification}");
        if (!isSecure) warnings.Add($"{key} asks clients for certificates, but there is no secure port that could: set {key[..key.LastIndexOf('.')]}.securePort");
        var map = given as ConfigNode.Map ?? ConfigNode.Map.Empty;
        foreach (var (name, _) in map.Entries)
            if (name is not ("user" or "required" or Verification)) errors.Add($"{key}.{name} is not known; allowed is user, required, {Verification}");
        return new ClientCertificateConfig(Flag(map, key, "required", errors), Revocation(map, key, errors, RevocationScope.Nobody))
        {
            User = map.Find("user") switch
            {
                null or ConfigNode.Scalar { IsNull: true } => null,
                ConfigNode.Scalar { Text.Length: > 0 } user => user.Text,
                var other => Refuse(other),
            },
            NamesNobody = map.Find("user") is ConfigNode.Scalar { IsNull: true },
        };

        string? Refuse(ConfigNode user)
        {
            errors.Add($"{key}.user is '{user.Display()}'; allowed is the name of a user, or null for nobody");
            return null;
        }
    }

    /// <summary>
    /// Of other nodes. Certificates are always asked for, whatever stands here (R-CFG-42): only the verification is read, and a key that was probably meant to be it is an
    /// error.
    /// </summary>
    public static RevocationSettings OfPeers(ConfigValues values, List<string> errors, List<string> warnings)
    {
        const string key = "replication.mtls";
        if (values.Given<ConfigNode>(key) is not ConfigNode.Map map) return RevocationSettings.Automatic;
        foreach (var (name, _) in map.Entries)
        {
            if (name is Verification or "required" or "user") continue;
            if (NearestName.Distance(name, Verification) <= 6) errors.Add($"{key}.{name} is not known; did you mean {Verification}?");
            else warnings.Add($"unknown key {key}.{name} has no effect; certificates of peers are always required, and {Verification} is all that can be set");
        }
        return Revocation(map, key, errors, RevocationScope.PublicRoots);
    }

    private static RevocationSettings Revocation(ConfigNode.Map map, string key, List<string> errors, RevocationScope unsaid) =>
        map.Find(Verification) is { IsNullScalar: false } node
            ? RevocationSettingsReader.Read(ConfigJson.ToElement(node), $"{key}.{Verification}", errors)
            : RevocationSettings.Automatic with { Scope = unsaid };

    private static bool Flag(ConfigNode.Map map, string key, string name, List<string> errors)
    {
        switch (map.Find(name))
        {
            case null or ConfigNode.Scalar { IsNull: true } or ConfigNode.Scalar { Text: "false" }:
                return false;
            case ConfigNode.Scalar { Text: "true" }:
                return true;
            case var other:
                errors.Add($"{key}.{name} is '{other.Display()}'; allowed is true or false");
                return true;
        }
    }
}
