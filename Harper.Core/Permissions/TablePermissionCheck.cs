using System.Text.Json;
using Harper.Core.Schema;

namespace Harper.Core.Permissions;

/// <summary>What is wrong with the permissions that a role gives on one table.</summary>
internal static class TablePermissionCheck
{
    private const string Attributes = "attribute_permissions";

    public static List<string> Problems(JsonElement permission, TableDefinition table, string name)
    {
        var problems = new List<string>();
        if (permission.ValueKind != JsonValueKind.Object) return ["Table permissions must be an object"];
        foreach (var property in permission.EnumerateObject())
            if (property.Name != Attributes && property.Name != "describe" && !GrantNames.Each.Any(grant => GrantNames.Of(grant) == property.Name))
                problems.Add($"Invalid table permission key value '{property.Name}'");
        foreach (var grant in GrantNames.Each)
        {
            var word = GrantNames.Of(grant);
            if (!permission.TryGetProperty(word, out var flag)) problems.Add($"Missing table {word.ToUpperInvariant()} permission");
            else if (!IsFlag(flag)) problems.Add($"Table {word.ToUpperInvariant()} permission must be a boolean");
        }
        if (!permission.TryGetProperty(Attributes, out var attributes)) problems.Add($"Missing '{Attributes}' array");
        else if (attributes.ValueKind == JsonValueKind.Array) AddAttributes(permission, attributes, table, name, problems);
        else if (attributes.ValueKind != JsonValueKind.Null) problems.Add($"Value for '{Attributes}' must be an array");
        return problems;
    }

    private static void AddAttributes(JsonElement permission, JsonElement attributes, TableDefinition table, string name, List<string> problems)
    {
        var conflict = false;
        foreach (var item in attributes.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("attribute_name", out var given) || given.ValueKind != JsonValueKind.String)
            {
                problems.Add("Permission object in 'attribute_permissions' missing an 'attribute_name'");
                continue;
            }
            var attribute = given.GetString()!;
            if (table.Find(attribute) is null) problems.Add($"Invalid attribute '{attribute}' in '{Attributes}'");
            foreach (var grant in GrantNames.Each.Where(grant => grant != Grants.Delete))
            {
                var word = GrantNames.Of(grant);
                if (!item.TryGetProperty(word, out var flag)) problems.Add($"{word.ToUpperInvariant()} attribute permission missing for '{attribute}'");
                else if (!IsFlag(flag)) problems.Add($"{word.ToUpperInvariant()} attribute permission for '{attribute}' must be a boolean");
                else conflict |= flag.ValueKind == JsonValueKind.True && permission.TryGetProperty(word, out var whole) && whole.ValueKind == JsonValueKind.False;
            }
        }
        if (conflict) problems.Add($"You have a conflict with TABLE permissions for '{name}' being false and ATTRIBUTE permissions being true");
    }

    private static bool IsFlag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;
}
