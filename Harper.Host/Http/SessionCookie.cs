using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>
/// The cookie of a session. Its name holds the page's or the node's host, as the original's does, so that nodes on one host keep apart. Scripts cannot read it,
/// and other sites' pages cannot send it along with a request that changes something.
/// </summary>
internal static class SessionCookie
{
    private const string Suffix = "-hdb-session";
    private const int MaxHeaderChars = 16 * 1024;

    public static string? Read(HttpRequest request)
    {
        var name = NameOf(request);
        foreach (var header in request.Headers.Cookie)
        {
            if (header is null || header.Length > MaxHeaderChars) continue;
            foreach (var part in header.AsSpan().Split(';'))
            {
                var cookie = header.AsSpan(part).Trim();
                if (cookie.Length > name.Length && cookie[name.Length] == '=' && cookie.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                    return cookie[(name.Length + 1)..].ToString();
            }
        }
        return null;
    }

    /// <param name="session">Empty: the cookie ends.</param>
    /// <param name="domains">Where it is valid beyond this host; the first that the page's host lies in.</param>
    public static void Write(HttpContext context, string session, TimeSpan life, IReadOnlyList<string> domains)
    {
        var expires = session.Length == 0 ? DateTimeOffset.UnixEpoch : DateTimeOffset.UtcNow + life;
        var host = HostOf(context.Request);
        var domain = domains.FirstOrDefault(domain => ("." + host.Split(':')[0]).EndsWith("." + domain.TrimStart('.'), StringComparison.OrdinalIgnoreCase));
        context.Response.Headers.Append("Set-Cookie", string.Create(
            CultureInfo.InvariantCulture,
            $"{NameOf(context.Request)}={session}; Path=/; Expires={expires:R}; {(domain is null ? "" : $"Domain={domain}; ")}HttpOnly; SameSite=Lax{(context.Request.IsHttps ? "; Secure" : "")}"));
    }

    private static string NameOf(HttpRequest request)
    {
        var host = HostOf(request);
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return (dot < 0 ? host : host[..dot] + "_" + host[(dot + 1)..]) + Suffix;
    }

    /// <summary>What could end the name of a cookie or start another header is no host.</summary>
    private static string HostOf(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var start = origin.IndexOf("://", StringComparison.Ordinal);
        var host = start < 0 ? request.Host.Value ?? "" : origin[(start + 3)..];
        return host.Length is > 0 and <= 260 && host.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or ':' or '_' or '[' or ']') ? host : "harper";
    }
}
