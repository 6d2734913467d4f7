using System.Collections.Frozen;
using Harper.Core.Identity;

namespace Harper.Core.Permissions;

/// <summary>
/// What a role allows, read from its permission object (R-USR-03). Whatever is not named is not allowed; the database <c>system</c> is for super_users alone,
/// whatever a role says (R-INS-05).
/// </summary>
public sealed record RolePermission
{
    /// <summary>Nothing at all: also what an unreadable role allows.</summary>
    public static readonly RolePermission None = new();

    public static readonly RolePermission Super = new() { SuperUser = true };

    public bool SuperUser { get; init; }

    /// <summary>Carried in tokens and shown; it allows nothing by itself beyond seeing the schema.</summary>
    public bool ClusterUser { get; init; }

    /// <summary>May make and drop databases, tables and attributes everywhere, and write everywhere.</summary>
    public bool StructureUser { get; init; }

    /// <summary>The databases in which it may make and drop tables and attributes, and write.</summary>
    public FrozenSet<string> StructureDatabases { get; init; } = [];

    /// <summary>Null: no list. Otherwise nothing but the operations on it, groups resolved, may be called; those for super_users become allowed by it.</summary>
    public FrozenSet<string>? Operations { get; init; }

    public FrozenDictionary<(string Database, string Table), TablePermission> Tables { get; init; } =
        FrozenDictionary<(string, string), TablePermission>.Empty;

    public bool MayStructure(DatabaseName database) => !database.IsSystem && (StructureUser || StructureDatabases.Contains(database.Value));

    public TablePermission On(DatabaseName database, TableName table)
    {
        if (SuperUser) return TablePermission.Everything;
        if (database.IsSystem) return TablePermission.Nothing;
        return MayStructure(database) ? TablePermission.Everything : Tables.GetValueOrDefault((database.Value, table.Value), TablePermission.Nothing);
    }

    /// <summary>Whether the role names anything in a database; otherwise the database does not exist for it.</summary>
    public bool Sees(DatabaseName database)
    {
        if (SuperUser) return true;
        if (database.IsSystem) return false;
        return ClusterUser || MayStructure(database) || Tables.Any(table => table.Key.Database == database.Value && table.Value.Visible);
    }

    /// <summary>Whether descriptions show a table: who may see the schema of the cluster sees it without a grant on its records.</summary>
    public bool Sees(DatabaseName database, TableName table) => SuperUser || !database.IsSystem && ClusterUser || On(database, table).Visible;
}
