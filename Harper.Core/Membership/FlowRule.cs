using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>
/// Who may send to whom, as <c>replicates</c> of a route or of a node record says it (R-CFG-33..35, R-FLO). Read from the side of the
/// node that states it: a route speaks for this node, a node record for the node it describes.
/// </summary>
/// <param name="SendsTo">Null: <paramref name="Sends"/> decides for every peer and database; otherwise only what is listed.</param>
/// <param name="ReceivesFrom">Null: <paramref name="Receives"/> decides; otherwise only what is listed.</param>
public sealed record FlowRule(
    bool Sends, bool Receives, ImmutableArray<FlowEntry>? SendsTo = null, ImmutableArray<FlowEntry>? ReceivesFrom = null)
{
    public static readonly FlowRule Full = new(true, true);
    public static readonly FlowRule Nothing = new(false, false);

    /// <summary>Anything but "everything both ways".</summary>
    public bool IsDirectional => !(Sends && Receives) || SendsTo is not null || ReceivesFrom is not null;

    /// <summary>Whether any data may flow at all.</summary>
    public bool IsNothing => !Sends && !Receives && (SendsTo is null || SendsTo.Value.IsEmpty) && (ReceivesFrom is null || ReceivesFrom.Value.IsEmpty);

    /// <summary>Databases that <c>receivesFrom</c> names.</summary>
    public IEnumerable<DatabaseName> NamedToReceive => (ReceivesFrom ?? []).Where(entry => entry.Database is not null).Select(entry => entry.Database!.Value);

    /// <summary>What the stating node sends to <paramref name="peer"/> of a database.</summary>
    public TableFilter SendsFor(NodeName peer, DatabaseName database) => Match(Sends, SendsTo, peer, database);

    /// <summary>What the stating node takes from <paramref name="peer"/> of a database.</summary>
    public TableFilter ReceivesFor(NodeName peer, DatabaseName database) => Match(Receives, ReceivesFrom, peer, database);

    /// <summary>The same as the other party of a link sees it: what one sends, the other receives. Entries name the other party by standing on its side.</summary>
    public FlowRule Mirror() => new(
        Receives, Sends,
        ReceivesFrom?.Select(entry => entry with { Peer = null }).ToImmutableArray(),
        SendsTo?.Select(entry => entry with { Peer = null }).ToImmutableArray());

    /// <summary>
    /// Reads <c>true</c>, <c>false</c>, <c>{sends, receives}</c> and <c>{sendsTo, receivesFrom}</c>. In an object, a flag that is missing counts
    /// as false (R-FLO-07). Absent or null is null: the caller knows the default.
    /// </summary>
    public static FlowRule? Parse(JsonElement? value)
    {
        switch (value?.ValueKind)
        {
            case JsonValueKind.True: return Full;
            case JsonValueKind.False: return Nothing;
            case JsonValueKind.Object:
                var sendsTo = ParseEntries(Member(value.Value, "sendsTo"), "target");
                var receivesFrom = ParseEntries(Member(value.Value, "receivesFrom"), "source");
                return new FlowRule(Flag(value.Value, "sends"), Flag(value.Value, "receives"), sendsTo, receivesFrom);
            default: return null;
        }
    }

    /// <summary>The two lists where they stand beside <c>replicates</c> (R-CFG-34).</summary>
    public static FlowRule? ParseLists(JsonElement? sendsToList, JsonElement? receivesFromList)
    {
        var sendsTo = ParseEntries(sendsToList, "target");
        var receivesFrom = ParseEntries(receivesFromList, "source");
        return sendsTo is null && receivesFrom is null ? null : new FlowRule(false, false, sendsTo, receivesFrom);
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        if (!IsDirectional)
        {
            writer.WriteBooleanValue(true);
            return;
        }
        if (SendsTo is null && ReceivesFrom is null && !Sends && !Receives)
        {
            writer.WriteBooleanValue(false);
            return;
        }
        writer.WriteStartObject();
        if (SendsTo is { } sendsTo) WriteEntries(writer, "sendsTo", "target", sendsTo);
        else writer.WriteBoolean("sends", Sends);
        if (ReceivesFrom is { } receivesFrom) WriteEntries(writer, "receivesFrom", "source", receivesFrom);
        else writer.WriteBoolean("receives", Receives);
        writer.WriteEndObject();
    }

    private static TableFilter Match(bool flag, ImmutableArray<FlowEntry>? entries, NodeName peer, DatabaseName database)
    {
        if (entries is null) return flag ? TableFilter.All : TableFilter.None;
        var filter = TableFilter.None;
        foreach (var entry in entries)
        {
            if (entry.Peer is { } named && named != peer) continue;
            if (entry.Database is { } only && only != database) continue;
            filter = filter.Or(TableFilter.AllBut(entry.ExcludeTables));
        }
        return filter;
    }

    private static bool Flag(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static JsonElement? Member(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) ? value : null;

    private static ImmutableArray<FlowEntry>? ParseEntries(JsonElement? value, string peerField)
    {
        if (value is not { } list || list.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return null;
        if (list.ValueKind == JsonValueKind.String) return [FlowEntry.OfPeer(list.GetString()!)];
        if (list.ValueKind != JsonValueKind.Array) return [];
        var entries = ImmutableArray.CreateBuilder<FlowEntry>();
        foreach (var item in list.EnumerateArray())
            if (FlowEntry.TryParse(item, peerField, out var entry)) entries.Add(entry);
        return entries.ToImmutable();
    }

    private static void WriteEntries(Utf8JsonWriter writer, string name, string peerField, ImmutableArray<FlowEntry> entries)
    {
        writer.WriteStartArray(name);
        foreach (var entry in entries) entry.WriteTo(writer, peerField);
        writer.WriteEndArray();
    }
}
