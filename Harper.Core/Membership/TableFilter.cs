using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>
/// Which tables of a database may pass in one direction. The form of the wire's subscription entries: by default all but the
/// listed tables, or none but the listed ones.
/// </summary>
/// <param name="ByDefault">True: <paramref name="Tables"/> are excluded; false: only they pass.</param>
public sealed record TableFilter(bool ByDefault, ImmutableHashSet<TableName> Tables)
{
    public static readonly TableFilter All = new(true, []);
    public static readonly TableFilter None = new(false, []);

    public static TableFilter AllBut(IEnumerable<TableName> tables) => new(true, [.. tables]);

    public static TableFilter Only(IEnumerable<TableName> tables) => new(false, [.. tables]);

    /// <summary>More names than this are not kept of what others say of themselves.</summary>
    public const int MaxNames = 1024;

    /// <summary>With too many names nothing passes: whoever lacks more asks for more.</summary>
    public TableFilter Bounded => Tables.Count > MaxNames ? None : this;

    public bool IsNone => !ByDefault && Tables.IsEmpty;

    /// <summary>Lets pass whatever the other lets pass.</summary>
    public bool Includes(TableFilter other) => And(other) == other;

    public bool Allows(TableName table) => ByDefault != Tables.Contains(table);

    /// <summary>What both let pass.</summary>
    public TableFilter And(TableFilter other) => (ByDefault, other.ByDefault) switch
    {
        (true, true) => new TableFilter(true, Tables.Union(other.Tables)),
        (false, false) => new TableFilter(false, Tables.Intersect(other.Tables)),
        (true, false) => new TableFilter(false, other.Tables.Except(Tables)),
        (false, true) => new TableFilter(false, Tables.Except(other.Tables)),
    };

    /// <summary>What one of them lets pass.</summary>
    public TableFilter Or(TableFilter other) => (ByDefault, other.ByDefault) switch
    {
        (true, true) => new TableFilter(true, Tables.Intersect(other.Tables)),
        (false, false) => new TableFilter(false, Tables.Union(other.Tables)),
        (true, false) => new TableFilter(true, Tables.Except(other.Tables)),
        (false, true) => new TableFilter(true, other.Tables.Except(Tables)),
    };

    /// <summary>What this one lets pass and the other does not.</summary>
    public TableFilter Without(TableFilter other) => And(new TableFilter(!other.ByDefault, other.Tables));

    public override string ToString() => (ByDefault, Tables.IsEmpty) switch
    {
        (true, true) => "all",
        (false, true) => "none",
        _ => (ByDefault ? "all but " : "only ") + string.Join(", ", Tables.Select(table => table.Value).Order(StringComparer.Ordinal)),
    };

    public bool Equals(TableFilter? other) => other is not null && ByDefault == other.ByDefault && Tables.SetEquals(other.Tables);

    public override int GetHashCode() => HashCode.Combine(ByDefault, Tables.Count);
}
