using Harper.Core.Outside;

namespace Harper.Core.Operations;

/// <summary>
/// Takes out of an operation what may be shown nowhere, whoever writes it down: secrets by the names of their fields, and credentials within URLs. There is no other list of them (invariant 12).
/// </summary>
public static class OperationSecrets
{
    public const string Hidden = "*****";

    private static readonly string[] Secrets = ["password", "token", "authorization", "secret", "key", "payload", "csr", "cert"];

    /// <summary>Headers and accounts, whatever they are called.</summary>
    private static readonly string[] Whole = ["passthrough_headers", "s3"];

    /// <summary>Names of keys that are no secrets.</summary>
    private static readonly string[] Harmless = ["primary_key"];

    public static OperationFields Without(OperationFields fields)
    {
        foreach (var name in fields.All.Keys.ToArray())
        {
            if (IsSecret(name)) fields = fields.With(name, Hidden);
            else if (name.Contains("url", StringComparison.OrdinalIgnoreCase)) fields = fields.With(name, OutsideUrl.Shown(fields.Text(name) ?? ""));
        }
        return fields;
    }

    private static bool IsSecret(string name) =>
        Whole.Contains(name) || (!Harmless.Contains(name) && Secrets.Any(secret => name.Contains(secret, StringComparison.OrdinalIgnoreCase)));
}
