using System.Collections.Frozen;
using System.Text.Json;

namespace Harper.Core.Permissions;

/// <summary>Reads a role's permission object. Rows that somebody wrote by hand are read for what they say clearly; what is unclear grants nothing.</summary>
public static class RolePermissionReader
{
    public static RolePermission Read(JsonElement permission)
    {
        if (permission.ValueKind != JsonValueKind.Object) return RolePermission.None;
        var tables = new Dictionary<(string, string), TablePermission>();
        foreach (var database in permission.EnumerateObject())
            if (!RoleFlags.Names.Contains(database.Name)) AddTables(database, tables);
        return new RolePermission
        {
            SuperUser = Flag(permission, RoleFlags.SuperUser),
            ClusterUser = Flag(permission, RoleFlags.ClusterUser),
            StructureUser = Flag(permission, RoleFlags.StructureUser),
            StructureDatabases = Names(permission, RoleFlags.StructureUser)?.ToFrozenSet(StringComparer.Ordinal) ?? [],
            Operations = permission.TryGetProperty(RoleFlags.Operations, out _)
                ? OperationGroups.Resolve(Names(permission, RoleFlags.Operations) ?? [])
                : null,
            Tables = tables.ToFrozenDictionary(),
        };
    }

    private static void AddTables(JsonProperty database, Dictionary<(string, string), TablePermission> tables)
    {
        if (database.Value.ValueKind != JsonValueKind.Object || !database.Value.TryGetProperty("tables", out var list)) return;
        if (list.ValueKind != JsonValueKind.Object) return;
        foreach (var table in list.EnumerateObject())
            if (table.Value.ValueKind == JsonValueKind.Object) tables[(database.Name, table.Name)] = ReadTable(table.Value);
    }

    private static TablePermission ReadTable(JsonElement table)
    {
        var granted = Grants(table);
        if (!table.TryGetProperty("attribute_permissions", out var list) || list.ValueKind == JsonValueKind.Null) return new TablePermission(granted, null);
        // Something else than a list was meant as a restriction.
        if (list.ValueKind != JsonValueKind.Array) return TablePermission.Nothing;
        if (list.GetArrayLength() == 0) return new TablePermission(granted, null);
        var attributes = new Dictionary<string, Grants>(StringComparer.Ordinal);
        foreach (var item in list.EnumerateArray())
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("attribute_name", out var name) && name.ValueKind == JsonValueKind.String)
                attributes[name.GetString()!] = Grants(item) & granted & ~Permissions.Grants.Delete;
        return new TablePermission(granted, attributes.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static Grants Grants(JsonElement from)
    {
        var granted = Permissions.Grants.None;
        foreach (var grant in GrantNames.Each)
            if (Flag(from, GrantNames.Of(grant))) granted |= grant;
        return granted;
    }

    private static bool Flag(JsonElement from, string name) => from.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static IEnumerable<string>? Names(JsonElement from, string name) =>
        from.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)
            : null;
}

/// <summary>The names in a permission object that are no databases.</summary>
public static class RoleFlags
{
    public const string SuperUser = "super_user";
    public const string ClusterUser = "cluster_user";
    public const string StructureUser = "structure_user";
    public const string Operations = "operations";

    public static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet([SuperUser, ClusterUser, StructureUser, Operations], StringComparer.Ordinal);
}
