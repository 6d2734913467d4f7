using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Schema;

namespace Harper.Core.Operations;

/// <summary>What create_table asks for (R-SCH-02, R-SEL-10). With <c>attributes</c> the table is schema defined, without it is dynamic.</summary>
public sealed record CreateTableArguments(DatabaseName Database, TableSpec Table)
{
    public const string CreatedTime = "__createdtime__";
    public const string UpdatedTime = "__updatedtime__";

    public static CreateTableArguments Parse(OperationFields fields)
    {
        var check = new FieldCheck(fields);
        var database = check.Database();
        var table = check.RequiredName("table");
        var declared = DeclaredAttributes(check);
        var primaryKey = declared?.FirstOrDefault(attribute => attribute.IsPrimaryKey)?.Name;
        if (fields.Has("primary_key") || primaryKey is null) primaryKey = check.RequiredName("primary_key");
        var spec = new TableSpec(new TableName(table), primaryKey, declared is null ? Dynamic(primaryKey) : WithKey(declared, primaryKey))
        {
            SchemaDefined = declared is not null,
            ExpirationSeconds = check.Seconds("expiration"),
            Audit = check.Flag("audit") ?? true,
            Replicate = check.Flag("replicate"),
        };
        check.Throw();
        return new CreateTableArguments(new DatabaseName(database), spec);
    }

    /// <summary>A dynamic table starts with its key and the two times.</summary>
    public static ImmutableArray<AttributeDefinition> Dynamic(string primaryKey) =>
    [
        new AttributeDefinition(0, primaryKey, IsPrimaryKey: true, Nullable: false),
        new AttributeDefinition(0, CreatedTime, Indexed: true, Assigned: AssignedTime.Created),
        new AttributeDefinition(0, UpdatedTime, Indexed: true, Assigned: AssignedTime.Updated),
    ];

    private static ImmutableArray<AttributeDefinition> WithKey(List<AttributeDefinition> declared, string primaryKey)
    {
        var attributes = declared.ConvertAll(attribute => attribute.Name == primaryKey
            ? attribute with { IsPrimaryKey = true, Indexed = false, Nullable = false }
            : attribute with { IsPrimaryKey = false });
        if (!attributes.Exists(attribute => attribute.IsPrimaryKey))
            attributes.Insert(0, new AttributeDefinition(0, primaryKey, IsPrimaryKey: true, Nullable: false));
        return [.. attributes];
    }

    private static List<AttributeDefinition>? DeclaredAttributes(FieldCheck check)
    {
        if (!check.Fields.Has("attributes") || check.Fields.IsNull("attributes")) return null;
        var list = check.Fields.Element("attributes")!.Value;
        if (list.ValueKind != JsonValueKind.Array)
        {
            check.Problem("'attributes' must be an array");
            return null;
        }
        var attributes = new List<AttributeDefinition>();
        foreach (var item in list.EnumerateArray())
            if (Attribute(item, attributes.Count, check) is { } attribute)
            {
                if (attributes.Exists(other => other.Name == attribute.Name)) check.Problem($"attribute '{attribute.Name}' is declared twice");
                else attributes.Add(attribute);
            }
        return attributes;
    }

    private static AttributeDefinition? Attribute(JsonElement item, int index, FieldCheck check)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            check.Problem($"'attributes[{index}]' must be of type object");
            return null;
        }
        var name = Text(item, "name") ?? Text(item, "attribute");
        if (string.IsNullOrEmpty(name)) check.Problem($"'attributes[{index}].name' is required");
        else if (AttributeNames.Problem(name) is { } problem) check.Problem(problem);
        var (type, elements) = AttributeTypes.Parse(Text(item, "type"));
        if (Text(item, "elements") is { } given) elements = given;
        if (AttributeTypes.Problem(name ?? "", type, elements) is { } unknown) check.Problem(unknown);
        return name is null ? null : new AttributeDefinition(
            0, name, type, Set(item, "indexed") ?? false, Set(item, "is_primary_key") ?? Set(item, "isPrimaryKey") ?? false,
            Set(item, "nullable") ?? true, Times(item, name), elements);
    }

    private static AssignedTime Times(JsonElement item, string name) =>
        Set(item, "assigned_created_time") == true || name == CreatedTime ? AssignedTime.Created
        : Set(item, "assigned_updated_time") == true || name == UpdatedTime ? AssignedTime.Updated
        : AssignedTime.None;

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Set(JsonElement item, string name) => !item.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.Object => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
