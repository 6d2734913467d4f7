using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Schema;

/// <summary>A time that the node keeps in an attribute by itself.</summary>
public enum AssignedTime : byte { None, Created, Updated, ExpiresAt }

/// <summary>One attribute of a table.</summary>
/// <param name="Id">Number within the table, never reused; part of index keys.</param>
/// <param name="Type">A GraphQL-style name (ID, String, Int, Long, Float, BigInt, Boolean, Date, Bytes, Blob, Any, ...), or null for dynamic attributes.</param>
/// <param name="Elements">The element type when <paramref name="Type"/> is <c>array</c>.</param>
public sealed record AttributeDefinition(
    int Id, string Name, string? Type = null, bool Indexed = false, bool IsPrimaryKey = false, bool Nullable = true,
    AssignedTime Assigned = AssignedTime.None, string? Elements = null);

/// <summary>A table as of one commit. Immutable: requests are encoded against it, the committer alone makes the next one.</summary>
public sealed record TableDefinition
{
    /// <summary>Key prefix of the table's rows; given once per database, never reused.</summary>
    public required int Id { get; init; }

    public required TableName Name { get; init; }

    public required string PrimaryKey { get; init; }

    /// <summary>True: only declared attributes exist by name and types are checked. False: dynamic, every new attribute is added and indexed.</summary>
    public bool SchemaDefined { get; init; }

    /// <summary>True: a record with an undeclared attribute is refused.</summary>
    public bool Sealed { get; init; }

    /// <summary>Null: as the database does. False: neither sent, requested nor copied. True: sent even if the database is not listed.</summary>
    public bool? Replicate { get; init; }

    public bool Audit { get; init; } = true;

    /// <summary>Seconds after its version at which a row expires; null: never.</summary>
    public double? ExpirationSeconds { get; init; }

    public double? EvictionSeconds { get; init; }

    public double? ScanIntervalSeconds { get; init; }

    public bool Exported { get; init; }

    /// <summary>Rows were deleted on this node alone (R-NRP-10): what peers have beyond those here is not missing.</summary>
    public bool IsThinned { get; init; }

    /// <summary>Given when the table was made here; a table dropped and made again is another one.</summary>
    public required Guid Incarnation { get; init; }

    public required ImmutableArray<AttributeDefinition> Attributes { get; init; }

    private AttributeNames Names { get; } = new();

    public AttributeDefinition? Find(string attribute) => Names.Find(Attributes, attribute);
}
