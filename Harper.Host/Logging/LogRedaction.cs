using System.Text.RegularExpressions;

namespace Harper.Host.Logging;

/// <summary>Takes secrets out of lines before they are written (invariant 12). The last of several fences: nobody should log them at all.</summary>
internal static partial class LogRedaction
{
    public static string Redact(string line) =>
        line.Contains("assw", StringComparison.OrdinalIgnoreCase) || line.Contains("uthoriz", StringComparison.OrdinalIgnoreCase)
        || line.Contains("Basic ", StringComparison.OrdinalIgnoreCase) || line.Contains("Bearer ", StringComparison.OrdinalIgnoreCase)
        || line.Contains('@') || line.Contains("PRIVATE KEY", StringComparison.Ordinal)
            ? UrlPassword().Replace(Scheme().Replace(Property().Replace(PrivateKey().Replace(line, "*****"), "$1*****"), "$1 *****"), "$1*****@")
            : line;

    [GeneratedRegex("""("?(?:password|passwd|passphrase|authorization|secret|operation_token|refresh_token)"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|[^\s,;}"]+(?: [A-Za-z0-9+/=._-]+)?)""", RegexOptions.IgnoreCase)]
    private static partial Regex Property();

    [GeneratedRegex(@"\b(Basic|Bearer|Token) [A-Za-z0-9+/=._-]{4,}", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"(://)[^/\s@]+@")]
    private static partial Regex UrlPassword();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", RegexOptions.Singleline)]
    private static partial Regex PrivateKey();
}
