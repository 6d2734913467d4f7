using System.Text;

namespace Harper.Core.Operations;

/// <summary>An operation as one line of a log: its arguments as far as they are short and no secret; of records and loads only how large they are (invariant 12).</summary>
public static class OperationText
{
    private const int LongestShown = 80;

    private static readonly string[] Secrets = ["password", "token", "authorization", "secret", "key", "payload", "csr", "cert"];

    /// <summary>Names of keys that are no secrets.</summary>
    private static readonly string[] Harmless = ["primary_key", "passthrough_headers"];

    public static string Of(OperationFields fields)
    {
        var line = new StringBuilder();
        foreach (var (name, raw) in fields.All)
        {
            if (line.Length > 0) line.Append(' ');
            line.Append(name).Append('=');
            if (IsSecret(name)) line.Append("***");
            else if (raw.Length > LongestShown || name is "data" or "value" || raw.Span[0] is (byte)'{' or (byte)'[') line.Append('<').Append(raw.Length).Append(" bytes>");
            else line.Append(Encoding.UTF8.GetString(raw.Span));
        }
        return line.ToString();
    }

    private static bool IsSecret(string name) =>
        !Harmless.Contains(name) && Secrets.Any(secret => name.Contains(secret, StringComparison.OrdinalIgnoreCase));
}
