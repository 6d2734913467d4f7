using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Schema;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>Table definitions as peers announce them to each other, and what an announcement asks of the own schema (R-P2P-11, R-TXN-19).</summary>
public static class SchemaAnnouncement
{
    /// <summary>The tables that a peer may know of, in name order.</summary>
    public static ImmutableArray<AnnouncedTable> Of(DatabaseCatalog catalog, TableFilter filter, bool withOptions) =>
    [
        .. catalog.Tables.Values
            .Where(table => LocalTables.MayPass(catalog, table.Name, filter))
            .OrderBy(table => table.Name.Value, StringComparer.Ordinal)
            .Select(table => Of(table, withOptions)),
    ];

    /// <summary>The edits that make the own schema hold what was announced; empty when it does already.</summary>
    public static ImmutableArray<SchemaEdit> Edits(DatabaseCatalog? catalog, DatabaseName database, IEnumerable<AnnouncedTable> announced)
    {
        var edits = ImmutableArray.CreateBuilder<SchemaEdit>();
        foreach (var table in announced)
        {
            if (LocalTables.IsLocal(database, table.Table)) continue;
            if (catalog?.Find(table.Table) is { } known && (known.SchemaDefined || HasAll(known, table))) continue;
            edits.Add(new SchemaEdit.EnsureTable(Spec(table), Declared: false));
        }

        return edits.DrainToImmutable();
    }

    private static AnnouncedTable Of(TableDefinition table, bool withOptions) => new(
        table.Name, table.SchemaDefined,
        [
            .. table.Attributes.Select(attribute => withOptions
                ? new AnnouncedAttribute(
                    attribute.Name, attribute.Type, attribute.IsPrimaryKey, attribute.Indexed, attribute.Nullable, (int)attribute.Assigned, attribute.Elements)
                : new AnnouncedAttribute(attribute.Name, attribute.Type, attribute.IsPrimaryKey)),
        ],
        withOptions
            ? new AnnouncedOptions(
                table.Incarnation, table.Sealed, table.Replicate, table.Audit, table.ExpirationSeconds, table.EvictionSeconds,
                table.ScanIntervalSeconds, table.Exported)
            : null);

    private static bool HasAll(TableDefinition known, AnnouncedTable table)
    {
        foreach (var attribute in table.Attributes)
            if (known.Find(attribute.Name) is null) return false;
        return true;
    }

    /// <summary>Originals do not say which attributes the node fills: it is known by their names.</summary>
    private static AssignedTime AssignedTo(AnnouncedAttribute attribute, bool isStated) =>
        isStated ? Enum.IsDefined((AssignedTime)attribute.Assigned) ? (AssignedTime)attribute.Assigned : AssignedTime.None
        : attribute.Name switch
        {
            "__createdtime__" => AssignedTime.Created,
            "__updatedtime__" => AssignedTime.Updated,
            _ => AssignedTime.None,
        };

    private static TableSpec Spec(AnnouncedTable table)
    {
        var key = "id";
        foreach (var attribute in table.Attributes)
            if (attribute.IsPrimaryKey) key = attribute.Name;
        var attributes = table.Attributes.Select(attribute => new AttributeDefinition(
            0, attribute.Name, attribute.Type,
            // Tables that grow by writing have every attribute indexed; originals do not say which of a declared table's are.
            attribute.Indexed ?? (!table.SchemaDefined && !attribute.IsPrimaryKey), attribute.IsPrimaryKey, attribute.Nullable ?? true,
            AssignedTo(attribute, table.Options is not null), attribute.Elements));
        var spec = new TableSpec(table.Table, key, [.. attributes]) { SchemaDefined = table.SchemaDefined };
        return table.Options is not { } options
            ? spec
            : spec with
            {
                Sealed = options.Sealed, Audit = options.Audit, ExpirationSeconds = options.ExpirationSeconds,
                EvictionSeconds = options.EvictionSeconds, ScanIntervalSeconds = options.ScanIntervalSeconds, Exported = options.Exported,
            };
    }
}
