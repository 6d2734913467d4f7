namespace Harper.Host.Configuration;

/// <summary>Which names hold secrets; their values are never printed, answered or logged (invariant 12).</summary>
internal static class SecretKeys
{
    public const string Redacted = "*****";

    private static readonly string[] Parts = ["password", "passphrase", "secret", "authorization", "token"];

    public static bool IsSecret(string name)
    {
        // Names of settings about tokens (operationTokenTimeout) are no secrets.
        if (name.EndsWith("Timeout", StringComparison.OrdinalIgnoreCase)) return false;
        foreach (var part in Parts)
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
