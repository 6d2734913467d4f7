using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>One entry of <c>sendsTo</c> or <c>receivesFrom</c>: a peer, a database, tables that do not flow. What is null is not restricted.</summary>
public sealed record FlowEntry(NodeName? Peer, DatabaseName? Database, ImmutableArray<TableName> ExcludeTables)
{
    public static FlowEntry OfPeer(string name) => new(new NodeName(name), null, []);

    public static bool TryParse(JsonElement item, string peerField, out FlowEntry entry)
    {
        entry = new FlowEntry(null, null, []);
        if (item.ValueKind == JsonValueKind.String)
        {
            entry = OfPeer(item.GetString()!);
            return true;
        }
        if (item.ValueKind != JsonValueKind.Object) return false;
        var excluded = ImmutableArray<TableName>.Empty;
        if (item.TryGetProperty("excludeTables", out var tables) && tables.ValueKind == JsonValueKind.Array)
            excluded = [.. tables.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => new TableName(t.GetString()!))];
        entry = new FlowEntry(
            Text(item, peerField) is { } peer ? new NodeName(peer) : null,
            (Text(item, "database") ?? Text(item, "schema")) is { } database ? new DatabaseName(database) : null,
            excluded);
        return true;
    }

    public void WriteTo(Utf8JsonWriter writer, string peerField)
    {
        writer.WriteStartObject();
        if (Peer is { } peer) writer.WriteString(peerField, peer.Value);
        if (Database is { } database) writer.WriteString("database", database.Value);
        if (!ExcludeTables.IsEmpty)
        {
            writer.WriteStartArray("excludeTables");
            foreach (var table in ExcludeTables) writer.WriteStringValue(table.Value);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
