namespace Harper.Host.Configuration;

/// <summary>Which names hold secrets; their values are never printed, answered or logged (invariant 12).</summary>
internal static class SecretKeys
{
    public const string Redacted = "*****";

    private static readonly string[] Parts = ["password", "passphrase", "secret", "authorization", "token"];

    /// <summary>A private key that stands in the configuration itself, wherever it does.</summary>
    public static bool IsPrivateKey(string value) => value.Contains("PRIVATE KEY-----", StringComparison.Ordinal);

    public static bool IsSecret(string name)
    {
        // Names of settings about tokens (operationTokenTimeout) are no secrets.
        if (name.EndsWith("Timeout", StringComparison.OrdinalIgnoreCase)) return false;
        foreach (var part in Parts)
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
