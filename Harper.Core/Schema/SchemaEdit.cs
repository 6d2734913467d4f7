using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Schema;

/// <summary>What somebody wants a table to be; ids and the incarnation are the committer's to give.</summary>
public sealed record TableSpec(TableName Name, string PrimaryKey, ImmutableArray<AttributeDefinition> Attributes)
{
    public bool SchemaDefined { get; init; }
    public bool Sealed { get; init; }
    public bool? Replicate { get; init; }
    public bool Audit { get; init; } = true;
    public double? ExpirationSeconds { get; init; }
    public double? EvictionSeconds { get; init; }
    public double? ScanIntervalSeconds { get; init; }
    public bool Exported { get; init; }
}

/// <summary>A change of the schema; it goes through the commit like any other, in the same batch as what needs it.</summary>
public abstract record SchemaEdit
{
    private SchemaEdit()
    {
    }

    /// <summary>Refused when the table exists.</summary>
    public sealed record CreateTable(TableSpec Table) : SchemaEdit;

    /// <summary>Creates the table or adds what it lacks; never takes anything away. <c>Declared</c>: a local GraphQL schema, which also
    /// sets the options. Otherwise a peer's announcement, which never alters a table declared here.</summary>
    public sealed record EnsureTable(TableSpec Table, bool Declared) : SchemaEdit;

    /// <summary>Drops rows, index entries and definition. The name is remembered as dropped: a peer's announcement or rows do not bring
    /// it back (R-NRP-05); only CreateTable or a declared EnsureTable does.</summary>
    public sealed record DropTable(TableName Table) : SchemaEdit;

    public sealed record CreateAttribute(TableName Table, string Attribute, string? Type = null) : SchemaEdit;

    public sealed record DropAttribute(TableName Table, string Attribute) : SchemaEdit;
}
