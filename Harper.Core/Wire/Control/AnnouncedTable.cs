using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Wire.Control;

/// <summary>A table as NODE_NAME and DB_SCHEMA describe it.</summary>
/// <param name="Options">Ours, in DB_SCHEMA only: what the original's wire cannot carry (R-P2P-11). Null from and to originals.</param>
public sealed record AnnouncedTable(
    TableName Table, bool SchemaDefined, ImmutableArray<AnnouncedAttribute> Attributes, AnnouncedOptions? Options = null);

/// <summary>An attribute as peers describe it.</summary>
/// <param name="Type">A GraphQL-style name; null for dynamic attributes.</param>
/// <param name="Indexed">Ours: null when not stated.</param>
/// <param name="Assigned">Ours: 0 none, 1 created, 2 updated, 3 expires at (the numbers of AssignedTime).</param>
public sealed record AnnouncedAttribute(
    string Name, string? Type = null, bool IsPrimaryKey = false, bool? Indexed = null, bool? Nullable = null, int Assigned = 0,
    string? Elements = null);

/// <summary>Table options between our nodes.</summary>
public sealed record AnnouncedOptions(
    Guid Incarnation, bool Sealed = false, bool? Replicate = null, bool Audit = true, double? ExpirationSeconds = null,
    double? EvictionSeconds = null, double? ScanIntervalSeconds = null, bool Exported = false);
