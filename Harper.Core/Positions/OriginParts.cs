using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Positions;

/// <summary>
/// Origin → table → version up to which all its changes to the table are here, where that is less than <see cref="ReplicationPositions.Through"/>. Once the origin is gone nobody may have all
/// of a table, and who has most of it is known by this alone (rules 12, 20).
/// </summary>
public static class OriginParts
{
    public static readonly ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> None = ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>>.Empty;

    /// <summary>0: nothing of it need be here.</summary>
    public static double Of(this ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> parts, NodeName origin, TableName table) =>
        parts.TryGetValue(origin, out var tables) ? tables.GetValueOrDefault(table) : 0;

    /// <summary>The same where it says so already; never less than before.</summary>
    public static ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> Raised(
        this ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> parts, NodeName origin, TableName table, double version) =>
        version <= parts.Of(origin, table) ? parts
        : parts.SetItem(origin, parts.GetValueOrDefault(origin, ImmutableDictionary<TableName, double>.Empty).SetItem(table, version));

    /// <summary>Of what passes: what is not sent does not reach anybody, however far who has it has it.</summary>
    public static ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> Within(
        this ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> parts, Func<TableName, bool> passes) =>
        parts.Keys.Aggregate(parts, (within, origin) => within.Without(origin, table => !passes(table)));

    /// <summary>Without the tables that are whole.</summary>
    public static ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> Without(
        this ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> parts, NodeName origin, Func<TableName, bool> isWhole)
    {
        if (!parts.TryGetValue(origin, out var tables) || !tables.Keys.Any(isWhole)) return parts;
        var left = tables.RemoveRange(tables.Keys.Where(isWhole));
        return left.IsEmpty ? parts.Remove(origin) : parts.SetItem(origin, left);
    }
}
