using System.Collections.Immutable;
using GraphQLParser.AST;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Schema;

namespace Harper.Host.Schema;

/// <summary>One type marked <c>@table</c>, as the table it declares.</summary>
internal static class GraphQlTable
{
    private const int MaxName = 250;

    /// <summary>Null when it cannot be a table; the problems say why.</summary>
    public static DeclaredTable? Read(GraphQLObjectTypeDefinition type, GraphQLDirective directive, List<string> problems)
    {
        var typeName = type.Name.StringValue;
        var name = GraphQlDirectives.Text(directive, "table") ?? typeName;
        var database = GraphQlDirectives.Text(directive, "database") ?? GraphQlDirectives.Text(directive, "schema") ?? "data";
        if (!IsName(name) || !IsName(database))
        {
            problems.Add($"type {typeName}: '{database}.{name}' cannot be the name of a table: 1 to {MaxName} characters without slash or backtick");
            return null;
        }
        var attributes = new List<AttributeDefinition>();
        foreach (var field in type.Fields?.Items ?? [])
            if (Attribute(typeName, field, problems) is { } attribute) attributes.Add(attribute);
        var key = attributes.Find(attribute => attribute.IsPrimaryKey) ?? attributes.Find(attribute => attribute.Name == "id");
        if (key is null)
        {
            problems.Add($"type {typeName}: no field is marked @primaryKey, and there is no field 'id' to take its place");
            return null;
        }
        var spec = new TableSpec(new TableName(name), key.Name, WithKey(attributes, key.Name))
        {
            SchemaDefined = true,
            Sealed = GraphQlDirectives.Has(type, "sealed"),
            Exported = GraphQlDirectives.Has(type, "export"),
            Replicate = GraphQlDirectives.Flag(directive, "replicate")
                ?? (GraphQlDirectives.Find(type, "replicate") is { } own ? GraphQlDirectives.Flag(own, "if") ?? true : null),
            Audit = GraphQlDirectives.Flag(directive, "audit") ?? true,
            ExpirationSeconds = GraphQlDirectives.Number(directive, "expiration"),
            EvictionSeconds = GraphQlDirectives.Number(directive, "eviction"),
            ScanIntervalSeconds = GraphQlDirectives.Number(directive, "scanInterval"),
        };
        return new DeclaredTable(new DatabaseName(database), spec);
    }

    private static ImmutableArray<AttributeDefinition> WithKey(List<AttributeDefinition> attributes, string key) =>
        [.. attributes.Select(attribute => attribute.Name == key
            ? attribute with { IsPrimaryKey = true, Indexed = false, Nullable = false }
            : attribute with { IsPrimaryKey = false })];

    /// <summary>Null for fields that are not stored.</summary>
    private static AttributeDefinition? Attribute(string type, GraphQLFieldDefinition field, List<string> problems)
    {
        var name = field.Name.StringValue;
        if (GraphQlDirectives.Has(field, "relationship") || GraphQlDirectives.Has(field, "computed"))
        {
            problems.Add($"type {type}: field {name} is derived from others and not served by this node; it is left out");
            return null;
        }
        var (typeName, elements, nullable) = TypeOf(field.Type);
        var assigned = GraphQlDirectives.Has(field, "createdTime") ? AssignedTime.Created
            : GraphQlDirectives.Has(field, "updatedTime") ? AssignedTime.Updated
            : GraphQlDirectives.Has(field, "expiresAt") ? AssignedTime.ExpiresAt
            : AssignedTime.None;
        return new AttributeDefinition(
            0, name, typeName, GraphQlDirectives.Has(field, "indexed"), GraphQlDirectives.Has(field, "primaryKey"), nullable, assigned, elements);
    }

    private static (string Type, string? Elements, bool Nullable) TypeOf(GraphQLType type) => type switch
    {
        GraphQLNonNullType required => TypeOf(required.Type) with { Nullable = false },
        GraphQLListType list => (AttributeTypes.Array, TypeOf(list.Type).Type, true),
        GraphQLNamedType named => (named.Name.StringValue, null, true),
        _ => ("Any", null, true),
    };

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName && !name.AsSpan().ContainsAny('/', '`') && name is not ("." or "..");
}
