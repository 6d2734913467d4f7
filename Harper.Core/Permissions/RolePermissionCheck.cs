using System.Text.Json;
using Harper.Core.Operations;
using Harper.Core.Schema;

namespace Harper.Core.Permissions;

/// <summary>
/// Checks a role before it is stored, and says everything that is wrong with it at once, in the original's words. What it names must exist: a role for a table that
/// is misspelt would grant nothing and look as if it did.
/// </summary>
/// <param name="find">The catalogue of a database; null: there is none of that name.</param>
/// <param name="isOperation">Whether this node has an operation of that name.</param>
public sealed class RolePermissionCheck(Func<string, DatabaseCatalog?> find, Func<string, bool> isOperation)
{
    private const int MaxNameLength = 250;

    private readonly List<string> _main = [];
    private readonly Dictionary<string, List<string>> _tables = new(StringComparer.Ordinal);

    /// <param name="name">The field that names the role: <c>role</c> when it is made, <c>id</c> when it is changed.</param>
    /// <exception cref="OperationError">400, with <c>main_permissions</c> and <c>schema_permissions</c>.</exception>
    public void Check(OperationFields fields, string name)
    {
        var label = char.ToUpperInvariant(name[0]) + name[1..];
        if (!fields.Has(name) || fields.IsNull(name)) _main.Add($"{label} can't be blank");
        else if (!IsName(fields.Element(name)!.Value)) _main.Add($"{label} is invalid");
        if (name != "role" && fields.Has("role") && !IsName(fields.Element("role")!.Value)) _main.Add("Role is invalid");
        if (!fields.Has("permission") || fields.IsNull("permission")) _main.Add("Permission can't be blank");
        else if (fields.Element("permission")!.Value is { ValueKind: JsonValueKind.Object } permission) CheckPermission(permission);
        else _main.Add("Permission must be an object");
        if (_main.Count == 0 && _tables.Count == 0) return;
        throw new OperationError(400, "Errors in the role permissions JSON provided") { Details = WriteTo };
    }

    private static bool IsName(JsonElement name) =>
        name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 and <= MaxNameLength } text && !text.AsSpan().ContainsAny('/', '`');

    private void CheckPermission(JsonElement permission)
    {
        CheckFlags(permission);
        foreach (var database in permission.EnumerateObject())
            if (!RoleFlags.Names.Contains(database.Name)) CheckDatabase(database);
    }

    private void CheckFlags(JsonElement permission)
    {
        foreach (var flag in (string[])[RoleFlags.SuperUser, RoleFlags.ClusterUser])
            if (permission.TryGetProperty(flag, out var value) && !IsFlag(value)) _main.Add($"Value for '{flag}' permission must be a boolean");
        var super = permission.TryGetProperty(RoleFlags.SuperUser, out var given) && given.ValueKind == JsonValueKind.True;
        if (super && permission.TryGetProperty(RoleFlags.ClusterUser, out var cluster) && cluster.ValueKind == JsonValueKind.True)
            _main.Add("Roles cannot have both 'super_user' and 'cluster_user' values included in their permissions set.");
        else if (super && permission.EnumerateObject().Count() > 1)
            _main.Add("Roles with 'super_user' set to true cannot have other permissions set.");
        if (permission.TryGetProperty(RoleFlags.StructureUser, out var structure)) CheckStructure(structure);
        if (permission.TryGetProperty(RoleFlags.Operations, out var operations)) CheckOperations(operations);
    }

    private void CheckStructure(JsonElement structure)
    {
        if (structure.ValueKind == JsonValueKind.Array)
        {
            foreach (var database in structure.EnumerateArray())
                if (database.ValueKind != JsonValueKind.String || find(database.GetString()!) is null) _main.Add($"database '{database}' does not exist");
        }
        else if (!IsFlag(structure)) _main.Add("Value for 'structure_user' permission must be a boolean or Array");
    }

    private void CheckOperations(JsonElement operations)
    {
        if (operations.ValueKind != JsonValueKind.Array)
        {
            _main.Add("Value for 'operations' permission must be an array of operations or of the groups read_only and standard_user");
            return;
        }
        foreach (var operation in operations.EnumerateArray())
        {
            var name = operation.ValueKind == JsonValueKind.String ? operation.GetString()! : "";
            if (OperationGroups.IsGroup(name)) continue;
            if (name.Length == 0 || !isOperation(name)) _main.Add($"operation '{operation}' does not exist");
            else if (!OperationGroups.MayDelegate(name)) _main.Add($"operation '{name}' can only be called by 'super_user' roles: whoever calls it can become one");
        }
    }

    private void CheckDatabase(JsonProperty database)
    {
        if (find(database.Name) is not { } catalog)
        {
            _main.Add($"database '{database.Name}' does not exist");
            return;
        }
        if (database.Value.ValueKind != JsonValueKind.Object) _main.Add($"Value for database '{database.Name}' must be an object with 'tables'");
        else if (database.Value.TryGetProperty("tables", out var tables))
        {
            if (tables.ValueKind != JsonValueKind.Object) _main.Add($"Value for 'tables' of database '{database.Name}' must be an object");
            else
                foreach (var table in tables.EnumerateObject())
                    if (catalog.Tables.Values.FirstOrDefault(known => known.Name.Value == table.Name) is not { } definition)
                        _main.Add($"Table '{database.Name}.{table.Name}' does not exist");
                    else if (TablePermissionCheck.Problems(table.Value, definition, $"{database.Name}.{table.Name}") is { Count: > 0 } problems)
                        _tables[$"{database.Name}_{table.Name}"] = problems;
        }
    }

    private static bool IsFlag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    private void WriteTo(Utf8JsonWriter json)
    {
        WriteTexts(json, "main_permissions", _main);
        json.WriteStartObject("schema_permissions");
        foreach (var (table, problems) in _tables) WriteTexts(json, table, problems);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, List<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
