using System.Collections.Frozen;
using Harper.Core.Identity;

namespace Harper.Core.Schema;

/// <summary>All tables of a database as of one commit.</summary>
public sealed record DatabaseCatalog(DatabaseName Database, FrozenDictionary<TableName, TableDefinition> Tables)
{
    /// <summary>Tables that were dropped here, as they were: the log still speaks of them, to peers that have them (R-NRP-05).</summary>
    public FrozenDictionary<TableName, TableDefinition> Dropped { get; init; } = FrozenDictionary<TableName, TableDefinition>.Empty;

    public TableDefinition? Find(TableName table) => Tables.GetValueOrDefault(table);

    /// <summary>The table as entries of the log mean it.</summary>
    public TableDefinition? FindInLog(TableName table) => Find(table) ?? Dropped.GetValueOrDefault(table);
}
