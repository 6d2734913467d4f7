using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Core.Permissions;

/// <summary>Why a call is not allowed, in the form of the original (R-USR-04): what a role lacks, and what does not exist for it.</summary>
public sealed record AccessRefusal
{
    private const string Message = "This operation is not authorized due to role restrictions and/or invalid database items";

    public ImmutableArray<string> Texts { get; init; } = [];

    public ImmutableArray<MissingAccess> Missing { get; init; } = [];

    public ImmutableArray<string> Invalid { get; init; } = [];

    public bool IsEmpty => Texts.IsEmpty && Missing.IsEmpty && Invalid.IsEmpty;

    public OperationError ToError() => new(403, Message) { Details = WriteTo };

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray("unauthorized_access");
        foreach (var text in Texts) json.WriteStringValue(text);
        foreach (var missing in Missing) missing.WriteTo(json);
        json.WriteEndArray();
        json.WriteStartArray("invalid_schema_items");
        foreach (var text in Invalid) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}

/// <summary>What a role lacks on one table.</summary>
public sealed record MissingAccess(DatabaseName Database, TableName Table, Grants OnTable, ImmutableArray<(string Attribute, Grants Grants)> OnAttributes)
{
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("schema", Database.Value);
        json.WriteString("table", Table.Value);
        WriteNames(json, "required_table_permissions", OnTable);
        json.WriteStartArray("required_attribute_permissions");
        foreach (var (attribute, grants) in OnAttributes)
        {
            json.WriteStartObject();
            json.WriteString("attribute_name", attribute);
            WriteNames(json, "required_permissions", grants);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string name, Grants grants)
    {
        json.WriteStartArray(name);
        foreach (var grant in GrantNames.Split(grants)) json.WriteStringValue(grant);
        json.WriteEndArray();
    }
}
