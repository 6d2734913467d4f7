using System.Text;

namespace Harper.Bench.Load;

/// <summary>A table to be loaded: dynamic ones index every attribute, typed ones none.</summary>
internal sealed record BenchTable(string Database, string Name, bool Typed = false, int IndexedExtras = 0)
{
    private static readonly (string Name, string Type)[] Attributes =
        [("id", "ID"), ("n", "Int"), ("name", "String"), ("city", "String"), ("score", "Int"), ("pad", "String")];

    public string Create => Typed
        ? $$"""{"operation":"create_table","database":"{{Database}}","table":"{{Name}}","primary_key":"id","attributes":[{{string.Join(',', Attributes.Select(Attribute))}}]}"""
        : $$"""{"operation":"create_table","database":"{{Database}}","table":"{{Name}}","primary_key":"id"}""";

    public string Describe(bool exact) =>
        $$"""{"operation":"describe_table","database":"{{Database}}","table":"{{Name}}"{{(exact ? ",\"exact_count\":true" : "")}}}""";

    public string ReadAll =>
        $$"""{"operation":"search_by_value","database":"{{Database}}","table":"{{Name}}","attribute":"id","value":"*","get_attributes":["*"]}""";

    public string Find(string key) =>
        $$"""{"operation":"search_by_id","database":"{{Database}}","table":"{{Name}}","ids":["{{key}}"],"get_attributes":["id"]}""";

    /// <summary>The body of an insert of records that follow each other.</summary>
    public string Insert(long first, int count, Func<long, string> key, int padding = 90)
    {
        var json = new StringBuilder(count * 220).Append($$"""{"operation":"insert","database":"{{Database}}","table":"{{Name}}","records":[""");
        for (var i = 0; i < count; i++)
        {
            if (i > 0) json.Append(',');
            BenchRecords.Append(json, key(first + i), first + i, padding);
        }

        return json.Append("]}").ToString();
    }

    private string Attribute((string Name, string Type) attribute, int place) =>
        $$"""{"name":"{{attribute.Name}}","type":"{{attribute.Type}}"{{(place > 0 && place <= IndexedExtras ? ",\"indexed\":true" : "")}}}""";
}
