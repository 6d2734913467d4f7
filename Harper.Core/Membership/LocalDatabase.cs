using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Schema;

namespace Harper.Core.Membership;

/// <summary>A database of this node as the plan needs it: its name and which tables opt in by themselves (R-SEL-08).</summary>
public sealed record LocalDatabase(DatabaseName Name, ImmutableHashSet<TableName> OptedIn)
{
    public static LocalDatabase Of(DatabaseCatalog catalog) =>
        new(catalog.Database, [.. catalog.Tables.Values.Where(table => table.Replicate == true).Select(table => table.Name)]);

    public bool Equals(LocalDatabase? other) =>
        other is not null && Name == other.Name && OptedIn.SetEquals(other.OptedIn);

    public override int GetHashCode() => Name.GetHashCode();
}
