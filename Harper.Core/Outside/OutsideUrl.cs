namespace Harper.Core.Outside;

/// <summary>
/// URLs from outside as they may be shown, in messages, answers, rows of jobs and logs alike: credentials stand in the user information and in the query (RFC 3986, sections 3.2.1 and 3.4:
/// signatures, tokens), so neither is shown, nor is what cannot be read as a URL.
/// </summary>
public static class OutsideUrl
{
    private const string Hidden = "*****";
    private const int MaxChars = 200;

    /// <summary>Not longer than a part of a line, and without what could look like another line.</summary>
    public static string Shown(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed)) return Hidden;
        if (parsed.Scheme is not ("http" or "https" or "ws" or "wss")) return $"{parsed.Scheme}:{Hidden}";
        var shown = parsed.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        if (shown.Length > MaxChars) shown = shown[..MaxChars] + "...";
        return string.Concat(shown.Select(letter => char.IsControl(letter) ? '?' : letter)) + (parsed.Query.Length > 0 ? "?" + Hidden : "");
    }
}
