using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>Which databases replicate (<c>replication.databases</c>): all, or those listed (R-CFG-21..23).</summary>
/// <param name="Listed">Null: every database.</param>
public sealed record ReplicatedDatabases(ImmutableHashSet<DatabaseName>? Listed)
{
    public static readonly ReplicatedDatabases All = new((ImmutableHashSet<DatabaseName>?)null);

    public static ReplicatedDatabases Only(IEnumerable<DatabaseName> names) => new([.. names]);

    /// <summary>Databases of which only nodes with the same shard number have the same data (R-CFG-24).</summary>
    public ImmutableHashSet<DatabaseName> Sharded { get; init; } = [];

    public bool Includes(DatabaseName database) => Listed is null || Listed.Contains(database);

    /// <summary>Node records travel only when <c>system</c> does (R-GOS-08).</summary>
    public bool Gossips => Includes(DatabaseName.System);
}
