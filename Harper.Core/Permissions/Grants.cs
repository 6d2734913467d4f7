namespace Harper.Core.Permissions;

/// <summary>What may be done with the records of a table, or with one attribute of them.</summary>
[Flags]
public enum Grants : byte
{
    None = 0,
    Read = 1,
    Insert = 2,
    Update = 4,
    Delete = 8,
    All = Read | Insert | Update | Delete,
}

/// <summary>Grants by the names they have in a role.</summary>
public static class GrantNames
{
    /// <summary>In the order in which the original names them.</summary>
    public static readonly Grants[] Each = [Grants.Read, Grants.Insert, Grants.Update, Grants.Delete];

    public static string Of(Grants single) => single switch
    {
        Grants.Read => "read",
        Grants.Insert => "insert",
        Grants.Update => "update",
        Grants.Delete => "delete",
        _ => throw new ArgumentOutOfRangeException(nameof(single), single, "one grant has a name, several have not"),
    };

    public static IEnumerable<string> Split(Grants grants) => Each.Where(grant => (grants & grant) != 0).Select(Of);
}
