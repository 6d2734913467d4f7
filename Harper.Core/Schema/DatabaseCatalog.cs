using System.Collections.Frozen;
using Harper.Core.Identity;

namespace Harper.Core.Schema;

/// <summary>All tables of a database as of one commit.</summary>
public sealed record DatabaseCatalog(DatabaseName Database, FrozenDictionary<TableName, TableDefinition> Tables)
{
    public TableDefinition? Find(TableName table) => Tables.GetValueOrDefault(table);
}
