using Akka.Event;
using Harper.Core.Schema;

namespace Harper.Actors.Tables;

/// <summary>What is said to tables.</summary>
internal static class TableProtocol
{
    /// <summary>The catalog of the database is now this one.</summary>
    public sealed record CatalogChanged(DatabaseCatalog Catalog) : IDeadLetterSuppression;

    /// <summary>The table's definition is now this one.</summary>
    public sealed record DefinitionChanged(TableDefinition Definition);
}
