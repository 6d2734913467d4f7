using System.Text;

namespace Harper.Bench.Load;

/// <summary>A table to be loaded: dynamic ones index every attribute, typed ones none.</summary>
/// <param name="Indexed">Of a typed table: how many of sixteen attributes are indexed; null: the usual five attributes, none indexed.</param>
internal sealed record BenchTable(string Database, string Name, bool Typed = false, int? Indexed = null)
{
    private const int WideAttributes = 16;


    private static readonly (string Name, string Type)[] Attributes =
        [("id", "ID"), ("n", "Int"), ("name", "String"), ("city", "String"), ("score", "Int"), ("pad", "String")];

    public string Create => Typed
        ? $$"""{"operation":"create_table","database":"{{Database}}","table":"{{Name}}","primary_key":"id","attributes":[{{string.Join(',', Attributes.Concat(Extras.Select(name => (name, "Int"))).Select(Attribute))}}]}"""
        : $$"""{"operation":"create_table","database":"{{Database}}","table":"{{Name}}","primary_key":"id"}""";

    public string Describe(bool exact) =>
        $$"""{"operation":"describe_table","database":"{{Database}}","table":"{{Name}}"{{(exact ? ",\"exact_count\":true" : "")}}}""";

    public string ReadAll =>
        $$"""{"operation":"search_by_value","database":"{{Database}}","table":"{{Name}}","attribute":"id","value":"*","get_attributes":["*"]}""";

    /// <summary>These records, all attributes.</summary>
    public string Read(IEnumerable<string> keys) =>
        $$"""{"operation":"search_by_id","database":"{{Database}}","table":"{{Name}}","ids":[{{string.Join(',', keys.Select(key => $"\"{key}\""))}}],"get_attributes":["*"]}""";

    public string Find(string key) =>
        $$"""{"operation":"search_by_id","database":"{{Database}}","table":"{{Name}}","ids":["{{key}}"],"get_attributes":["id"]}""";

    /// <summary>The body of an insert of records that follow each other.</summary>
    public string Insert(long first, int count, Func<long, string> key, int padding = 90)
    {
        var json = new StringBuilder(count * 220).Append($$"""{"operation":"insert","database":"{{Database}}","table":"{{Name}}","records":[""");
        for (var i = 0; i < count; i++)
        {
            if (i > 0) json.Append(',');
            BenchRecords.Append(json, key(first + i), first + i, padding, Extras);
        }

        return json.Append("]}").ToString();
    }

    private string[] Extras => Indexed is null ? [] : [.. Enumerable.Range(0, WideAttributes - Attributes.Length + 1).Select(i => $"x{i}")];

    private string Attribute((string Name, string Type) attribute, int place) =>
        $$"""{"name":"{{attribute.Name}}","type":"{{attribute.Type}}"{{(place > 0 && place <= (Indexed ?? 0) ? ",\"indexed\":true" : "")}}}""";
}
