using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>
/// One item of an explicit subscription list (R-SUB): a table, and in which directions it flows as seen from the node that holds the list.
/// Where a list exists, nothing else flows between the pair.
/// </summary>
public sealed record ExplicitSubscription(DatabaseName Database, TableName Table, bool Publish, bool Subscribe)
{
    /// <summary>The same seen from the other node (R-SUB-08).</summary>
    public ExplicitSubscription Mirror() => this with { Publish = Subscribe, Subscribe = Publish };

    /// <summary>Reads a list; null when it is absent, null or not a list. Items without a table are left out.</summary>
    public static ImmutableArray<ExplicitSubscription>? ParseList(JsonElement? list)
    {
        if (list?.ValueKind != JsonValueKind.Array) return null;
        var items = ImmutableArray.CreateBuilder<ExplicitSubscription>();
        foreach (var item in list.Value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Text(item, "table") is not { } table) continue;
            var database = Text(item, "database") ?? Text(item, "schema") ?? DatabaseName.Data.Value;
            items.Add(new ExplicitSubscription(new DatabaseName(database), new TableName(table), Flag(item, "publish"), Flag(item, "subscribe")));
        }
        return items.ToImmutable();
    }

    public static void WriteList(Utf8JsonWriter writer, ImmutableArray<ExplicitSubscription> list)
    {
        writer.WriteStartArray();
        foreach (var item in list)
        {
            writer.WriteStartObject();
            writer.WriteString("database", item.Database.Value);
            writer.WriteString("table", item.Table.Value);
            writer.WriteBoolean("publish", item.Publish);
            writer.WriteBoolean("subscribe", item.Subscribe);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>The tables of one database that flow in one direction.</summary>
    public static TableFilter Filter(ImmutableArray<ExplicitSubscription> list, DatabaseName database, Func<ExplicitSubscription, bool> direction) =>
        TableFilter.Only(list.Where(item => item.Database == database && direction(item)).Select(item => item.Table));

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
