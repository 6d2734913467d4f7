using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Core.Membership;

/// <summary>
/// Checks what add_node, update_node and remove_node name, before anything is dialled or stored (R-CLU-26, D25, D26). Refusals are 400 and name the field.
/// </summary>
public static class NodeValidation
{
    /// <summary>The node to add or update. A host name alone gets this node's scheme and port.</summary>
    public static NodeTarget Target(JsonElement body, string operation, MembershipSettings settings)
    {
        var (host, hostField) = HostOf(body);
        var written = TextOf(body, "url");
        if (host is null && written is null) throw OperationError.Bad($"url or hostname is required for {operation} operation");
        Uri url;
        if (written is not null)
        {
            if (!PeerAddress.TryParseUrl(written, out url, out var problem)) throw OperationError.Bad($"'url' is not valid: {problem}");
        }
        else
        {
            var parser = new RouteParser(new NodeName(""), settings.DefaultScheme, settings.DefaultPort);
            if (!parser.TryParse(JsonSerializer.SerializeToElement(host), out var route, out var problem))
                throw OperationError.Bad($"'{hostField}' is not valid: {problem}");
            url = route.Url;
        }
        var name = PeerAddress.NameOf(url);
        if (host is not null && written is not null)
        {
            if (!PeerAddress.IsNodeName(host)) throw OperationError.Bad($"'{hostField}' is not valid: '{host}' is not a host name or an IP address");
            name = new NodeName(host);
        }
        if (name == settings.Self || PeerAddress.Write(url) == settings.Url) throw OperationError.Bad($"{settings.Self} is this node");
        return new NodeTarget(name, url);
    }

    /// <summary>The node to remove: any name that stands in the table, also one that no node could have (R-CLU-27).</summary>
    public static NodeName RemovedName(JsonElement body)
    {
        var (host, _) = HostOf(body);
        if (host is not null) return new NodeName(host);
        if (TextOf(body, "url") is not { } written) throw OperationError.Bad("url or hostname is required for remove_node operation");
        return Uri.TryCreate(written, UriKind.Absolute, out var url) ? PeerAddress.NameOf(url) : new NodeName(written);
    }

    /// <summary>Epoch milliseconds, or null when the field is absent.</summary>
    public static double? StartTime(JsonElement body)
    {
        if (!body.TryGetProperty("start_time", out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (StartTimes.TryParse(value, out var time)) return time;
        var shown = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        throw OperationError.Bad(
            $"start_time must be an ISO 8601 UTC timestamp (e.g. 2024-01-01T00:00:00Z) or epoch milliseconds, received {shown}");
    }

    private static (string? Host, string Field) HostOf(JsonElement body)
    {
        foreach (var field in (ReadOnlySpan<string>)["hostname", "node_name", "name"])
            if (TextOf(body, field) is { } host) return (host, field);
        return (null, "hostname");
    }

    private static string? TextOf(JsonElement body, string field)
    {
        if (!body.TryGetProperty(field, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return null;
        if (value.ValueKind != JsonValueKind.String) throw OperationError.Bad($"'{field}' must be a string, received {value.GetRawText()}");
        var text = value.GetString()!.Trim();
        return text.Length == 0 ? null : text;
    }
}
