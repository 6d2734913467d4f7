using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Permissions;

/// <summary>Whether a role allows what a call needs.</summary>
public static class AccessDecision
{
    /// <summary>Null: allowed.</summary>
    /// <param name="operation">The name by which the call came, and the original's own for it in messages.</param>
    /// <param name="keyOf">The primary key of a table, null when there is no such table; called only for tables that the role may see.</param>
    public static AccessRefusal? Decide(
        RolePermission role, AccessDemand demand, (string Name, string Function) operation, Func<DatabaseName, TableName, string?> keyOf)
    {
        if (role.SuperUser) return null;
        if (demand.Structure is { } structure) return OfStructure(role, structure, demand.WholeDatabase, operation);
        if (demand.Description is { } described) return OfDescription(role, described.Database, described.Table);
        var missing = ImmutableArray.CreateBuilder<MissingAccess>();
        var invalid = ImmutableArray.CreateBuilder<string>();
        foreach (var table in demand.Tables) Check(role, table, keyOf, missing, invalid);
        if (missing.Count == 0 && invalid.Count == 0) return null;
        return new AccessRefusal { Missing = missing.ToImmutable(), Invalid = [.. invalid.Distinct()] };
    }

    public static AccessRefusal OnlySuperUsers(string function) => new() { Texts = [$"Operation '{function}' is restricted to 'super_user' roles"] };

    private static AccessRefusal? OfStructure(RolePermission role, DatabaseName database, bool whole, (string Name, string Function) operation)
    {
        if (whole ? role.StructureUser && !database.IsSystem : role.MayStructure(database)) return null;
        return role.StructureDatabases.Count > 0 && !whole
            ? new AccessRefusal { Texts = [$"User does not have access to perform '{operation.Name}' against schema '{database}'"] }
            : OnlySuperUsers(operation.Function);
    }

    private static AccessRefusal? OfDescription(RolePermission role, DatabaseName database, TableName? table)
    {
        if (database.IsSystem) return new AccessRefusal { Texts = [$"Your role does not have permission to view database metadata for '{database}'"] };
        if (table is { } one) return role.Sees(database, one) ? null : new AccessRefusal { Invalid = [NoTable(database, one)] };
        return role.Sees(database) ? null : new AccessRefusal { Invalid = [NoDatabase(database)] };
    }

    private static void Check(
        RolePermission role, TableDemand demand, Func<DatabaseName, TableName, string?> keyOf, ImmutableArray<MissingAccess>.Builder missing,
        ImmutableArray<string>.Builder invalid)
    {
        var (database, table) = (demand.Database, demand.Table);
        if (database.IsSystem)
        {
            missing.Add(new MissingAccess(database, table, demand.Needed, []));
            return;
        }
        var permission = role.On(database, table);
        if (!permission.Visible)
        {
            invalid.Add(role.Sees(database) && !OnlyByCluster(role, database) ? NoTable(database, table) : NoDatabase(database));
            return;
        }
        if ((demand.Needed & ~permission.Granted) != 0)
        {
            missing.Add(new MissingAccess(database, table, demand.Needed, []));
            return;
        }
        if (permission.Attributes is null || demand.Attributes.IsEmpty) return;
        var key = keyOf(database, table);
        invalid.AddRange(demand.Attributes.Where(name => !permission.Knows(name, name == key)).Select(name => $"Attribute '{name}' does not exist on '{database}.{table}'"));
        var lacking = demand.Attributes.Where(name => permission.Knows(name, name == key))
            .Select(name => (name, permission.Missing(name, name == key, demand.Needed))).Where(item => item.Item2 != 0).ToImmutableArray();
        if (!lacking.IsEmpty) missing.Add(new MissingAccess(database, table, Grants.None, lacking));
    }

    /// <summary>Seeing the schema of the cluster opens no records.</summary>
    private static bool OnlyByCluster(RolePermission role, DatabaseName database) => !(role with { ClusterUser = false }).Sees(database);

    private static string NoDatabase(DatabaseName database) => $"database '{database}' does not exist";

    private static string NoTable(DatabaseName database, TableName table) => $"Table '{database}.{table}' does not exist";
}
