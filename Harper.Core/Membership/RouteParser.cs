using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>
/// Reads <c>replication.routes</c> in every form (R-CFG-07..15, 32..38): host, host:port, URL, and objects with <c>hostname</c>, <c>host</c>
/// or <c>url</c>. YAML and operations give the same JSON.
/// </summary>
/// <param name="self">This node: routes to it are ignored.</param>
/// <param name="defaultScheme"><c>wss</c> where a secure port is in force, else <c>ws</c>.</param>
/// <param name="defaultPort">This node's own secure port, else its plain port, else 9933 (R-CFG-14).</param>
public sealed class RouteParser(NodeName self, string defaultScheme, int defaultPort)
{
    public RouteList Parse(IEnumerable<JsonElement> entries)
    {
        var routes = ImmutableArray.CreateBuilder<Route>();
        var problems = ImmutableArray.CreateBuilder<RouteProblem>();
        var own = ImmutableArray.CreateBuilder<JsonElement>();
        foreach (var entry in entries)
        {
            if (!TryParse(entry, out var route, out var problem)) problems.Add(new RouteProblem(entry, problem));
            else if (route.Peer == self) own.Add(entry);
            else if (routes.Any(known => known.Peer == route.Peer))
                problems.Add(new RouteProblem(entry, $"there is another route to '{route.Peer}' before it"));
            else routes.Add(route);
        }
        return new RouteList(routes.ToImmutable(), problems.ToImmutable(), own.ToImmutable());
    }

    public bool TryParse(JsonElement entry, out Route route, out string problem)
    {
        route = null!;
        problem = "";
        return entry.ValueKind switch
        {
            JsonValueKind.String => TryParseText(entry.GetString()!, entry, out route, out problem),
            JsonValueKind.Object => TryParseObject(entry, out route, out problem),
            _ => Refuse($"{Shown(entry)} is neither a text nor an object", out problem),
        };
    }

    private bool TryParseText(string text, JsonElement entry, out Route route, out string problem)
    {
        route = null!;
        if (!TryAddress(text.Trim(), null, out var url, out var explicitAddress, out problem)) return false;
        route = new Route(PeerAddress.NameOf(url), url, entry) { ExplicitAddress = explicitAddress };
        return true;
    }

    private bool TryParseObject(JsonElement entry, out Route route, out string problem)
    {
        route = null!;
        var host = Text(entry, "hostname") ?? Text(entry, "host");
        var written = Text(entry, "url");
        if (string.IsNullOrWhiteSpace(host) && string.IsNullOrWhiteSpace(written))
            return Refuse("a route needs a hostname, host or url", out problem);
        if (!TryPort(entry, out var port, out problem)) return false;
        Uri url;
        bool explicitAddress;
        if (!string.IsNullOrWhiteSpace(written))
        {
            if (!PeerAddress.TryParseUrl(written.Trim(), out url, out var fault)) return Refuse(fault!, out problem);
            explicitAddress = true;
        }
        else if (!TryAddress(host!.Trim(), port, out url, out explicitAddress, out problem))
        {
            return false;
        }
        var name = PeerAddress.NameOf(url);
        if (!string.IsNullOrWhiteSpace(host) && !host.Contains("://", StringComparison.Ordinal) && PeerAddress.IsNodeName(host.Trim()))
            name = new NodeName(host.Trim());
        if (!TryStartTime(entry, out var startTime, out problem)) return false;
        var subscriptions = ExplicitSubscription.ParseList(Find(entry, "subscriptions"));
        route = new Route(name, url, entry)
        {
            ExplicitAddress = explicitAddress,
            Replicates = FlowRule.ParseLists(Find(entry, "sendsTo"), Find(entry, "receivesFrom"))
                ?? FlowRule.Parse(Find(entry, "replicates")) ?? (subscriptions is null ? FlowRule.Full : FlowRule.Nothing),
            Subscriptions = subscriptions,
            RevokedCertificates = RevokedSerials.Parse(Find(entry, "revokedCertificates") ?? Find(entry, "revoked_certificates")),
            Shard = Find(entry, "shard") is { ValueKind: JsonValueKind.Number } shard && shard.TryGetInt32(out var number) ? number : null,
            StartTime = startTime,
        };
        return true;
    }

    private bool TryAddress(string text, int? port, out Uri url, out bool explicitAddress, out string problem)
    {
        url = null!;
        explicitAddress = port is not null;
        problem = "";
        if (text.Contains("://", StringComparison.Ordinal))
        {
            explicitAddress = true;
            return PeerAddress.TryParseUrl(text, out url, out var fault) || Refuse(fault!, out problem);
        }
        var host = text;
        var bare = !text.StartsWith('[') && System.Net.IPAddress.TryParse(text, out _);
        if (!bare && text.LastIndexOf(':') is > 0 and var colon && colon > text.LastIndexOf(']'))
        {
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var written) || written is < 1 or > 65535)
                return Refuse($"'{text}' has no usable port", out problem);
            host = text[..colon];
            port = written;
            explicitAddress = true;
        }
        host = PeerAddress.Unbracketed(host);
        if (!PeerAddress.IsNodeName(host)) return Refuse($"'{text}' is not a host name or an IP address", out problem);
        url = new Uri($"{defaultScheme}://{(host.Contains(':') ? $"[{host}]" : host)}:{port ?? defaultPort}");
        return true;
    }

    private static bool TryPort(JsonElement entry, out int? port, out string problem)
    {
        port = null;
        problem = "";
        if (Find(entry, "port") is not { } value || value.ValueKind == JsonValueKind.Null) return true;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
            return Refuse($"port {Shown(value)} is not a number from 1 to 65535", out problem);
        port = number;
        return true;
    }

    private static bool TryStartTime(JsonElement entry, out double? startTime, out string problem)
    {
        startTime = null;
        problem = "";
        if ((Find(entry, "startTime") ?? Find(entry, "start_time")) is not { } value || value.ValueKind == JsonValueKind.Null) return true;
        if (!StartTimes.TryParse(value, out var time)) return Refuse($"startTime {Shown(value)} is not an ISO 8601 time with a zone", out problem);
        startTime = time;
        return true;
    }

    private static bool Refuse(string reason, out string problem)
    {
        problem = reason;
        return false;
    }

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 80 } raw ? raw[..80] + "..." : value.GetRawText();

    private static JsonElement? Find(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
