using System.Net;
using System.Net.Sockets;

namespace Harper.Core.Membership;

/// <summary>Where a peer can be dialled: names, hosts, ports and URLs as routes, operations and node records give them.</summary>
public static class PeerAddress
{
    public const int DefaultPort = 9933;

    /// <summary>A DNS name or an IP literal that can be a node's name; not the leftovers of scripts (<c>undefined</c>, <c>null</c>).</summary>
    public static bool IsNodeName(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > 253) return false;
        if (name is "undefined" or "null" or "NaN") return false;
        return IsHost(name);
    }

    public static bool IsHost(string host)
    {
        host = Unbracketed(host);
        if (host.AsSpan().IndexOfAny('[', ']') >= 0) return false;
        if (IPAddress.TryParse(host, out var address))
            return address.AddressFamily == AddressFamily.InterNetworkV6 || IsDottedQuad(host);
        if (host.All(c => char.IsAsciiDigit(c) || c == '.')) return false;
        foreach (var label in host.Split('.'))
        {
            if (label.Length is 0 or > 63) return false;
            if (label[0] == '-' || label[^1] == '-') return false;
            foreach (var c in label)
                if (!char.IsAsciiLetterOrDigit(c) && c != '-' && c != '_') return false;
        }
        return true;
    }

    /// <summary>Takes a replication URL apart: <c>ws</c> or <c>wss</c>, a usable host, a port that may be left out.</summary>
    public static bool TryParseUrl(string text, out Uri url, out string? problem)
    {
        url = null!;
        problem = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed))
        {
            problem = $"'{text}' is not a URL such as ws://host:{DefaultPort}";
            return false;
        }
        if (parsed.Scheme is not ("ws" or "wss"))
        {
            problem = $"'{text}' must begin with ws:// or wss://";
            return false;
        }
        if (!IsNodeName(parsed.Host))
        {
            problem = $"'{text}' has no usable host";
            return false;
        }
        if (parsed.UserInfo.Length > 0)
        {
            problem = "a replication URL holds no user name or password";
            return false;
        }
        url = parsed.IsDefaultPort && !text.Contains($":{parsed.Port}", StringComparison.Ordinal)
            ? new UriBuilder(parsed) { Port = DefaultPort }.Uri
            : parsed;
        return true;
    }

    /// <summary>The name of the node that a URL leads to.</summary>
    public static Identity.NodeName NameOf(Uri url) => new(Unbracketed(url.Host));

    /// <summary>A URL in the form that rows and messages carry: without the slash at its end.</summary>
    public static string Write(Uri url) => $"{url.Scheme}://{(url.HostNameType == UriHostNameType.IPv6 ? $"[{Unbracketed(url.Host)}]" : url.Host)}:{url.Port}";

    public static string Unbracketed(string host) => host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;

    private static bool IsDottedQuad(string host) => host.Count(c => c == '.') == 3;
}
