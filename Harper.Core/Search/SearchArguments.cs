using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Core.Search;

/// <summary>Which of the three searches; they differ in how they answer a mistake (D23).</summary>
public enum SearchKind : byte { ById, ByValue, ByConditions }

/// <summary>The arguments of a search, before they meet the table.</summary>
/// <param name="Wanted">The attributes asked for; null: all.</param>
public sealed record SearchArguments(SearchKind Kind, DatabaseName Database, TableName Table, ImmutableArray<string>? Wanted)
{
    public ReadOnlyMemory<byte> Ids { get; init; }

    public ImmutableArray<string> Attribute { get; init; } = [];

    public JsonElement Value { get; init; }

    public string? Operator { get; init; }

    public ImmutableArray<SortTerm> Sort { get; init; } = [];

    public bool Reverse { get; init; }

    public int? Limit { get; init; }

    public int Offset { get; init; }

    /// <summary>What the original answers to a mistake in this search: 500 where it never gave its error a status.</summary>
    public int ErrorStatus => Kind == SearchKind.ByConditions ? 400 : 500;

    public static SearchArguments Parse(OperationFields fields, SearchKind kind)
    {
        var check = new FieldCheck(fields);
        var database = check.Database();
        var table = check.RequiredName("table");
        var arguments = kind switch
        {
            SearchKind.ById => ById(check, database, table),
            SearchKind.ByValue => ByValue(check, database, table),
            _ => ByConditions(check, database, table),
        };
        check.Throw(arguments.ErrorStatus);
        return arguments;
    }

    private static SearchArguments ById(FieldCheck check, string database, string table)
    {
        if (check.Fields.Raw("ids") is not { } ids) check.Problem("'hash_values' is required");
        else if (ids.Span[0] != (byte)'[') check.Problem("'hash_values' must be an array");
        if (!check.Fields.Has("get_attributes") && !check.Fields.Has("select")) check.Problem("'get_attributes' is required");
        return Common(SearchKind.ById, check, database, table) with { Ids = check.Fields.Raw("ids") ?? default };
    }

    private static SearchArguments ByValue(FieldCheck check, string database, string table)
    {
        var path = ConditionParser.Path(check.Fields.Element("attribute"));
        if (path is null) check.Problem("'attribute' is required");
        if (check.Fields.Element("value") is not { } value) check.Problem("'value' is required");
        return Common(SearchKind.ByValue, check, database, table) with
        {
            Attribute = path ?? [],
            Value = check.Fields.Element("value") ?? default,
        };
    }

    private static SearchArguments ByConditions(FieldCheck check, string database, string table)
    {
        if (!check.Fields.Has("conditions")) check.Problem("'conditions' is required");
        return Common(SearchKind.ByConditions, check, database, table) with
        {
            Value = check.Fields.Element("conditions") ?? default,
            Operator = check.Fields.Text("operator"),
        };
    }

    private static SearchArguments Common(SearchKind kind, FieldCheck check, string database, string table) =>
        new(kind, new DatabaseName(database), new TableName(table), AttributesOf(check))
        {
            Sort = SortOf(check),
            Reverse = (check.Flag("reverse") ?? false) || (check.Flag("desc") ?? false),
            Limit = check.Count("limit", 1),
            Offset = check.Count("offset", 0) ?? 0,
        };

    /// <summary><c>select</c> overrides <c>get_attributes</c>; an asterisk anywhere among them is everything.</summary>
    private static ImmutableArray<string>? AttributesOf(FieldCheck check)
    {
        var name = check.Fields.Has("select") ? "select" : "get_attributes";
        if (!check.Fields.Has(name) || check.Fields.IsNull(name)) return null;
        var list = check.Fields.Element(name)!.Value;
        if (list.ValueKind != JsonValueKind.Array) check.Problem($"'{name}' must be an array");
        else if (list.GetArrayLength() == 0) check.Problem($"'{name}' must contain at least 1 items");
        else if (list.EnumerateArray().Any(item => item.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)))
            check.Problem($"'{name}' must be an array of attribute names");
        else
        {
            var names = list.EnumerateArray().Select(item => item.ToString()).Distinct().ToImmutableArray();
            return names.Contains("*") ? null : names;
        }
        return null;
    }

    private static ImmutableArray<SortTerm> SortOf(FieldCheck check)
    {
        const int mostTerms = 16;
        var terms = ImmutableArray.CreateBuilder<SortTerm>();
        for (var sort = check.Fields.Element("sort"); sort is { ValueKind: JsonValueKind.Object } term && terms.Count < mostTerms;)
        {
            if (ConditionParser.Path(term.TryGetProperty("attribute", out var attribute) ? attribute : null) is not { } path)
            {
                check.Problem("'sort.attribute' is required");
                break;
            }
            terms.Add(new SortTerm(path, term.TryGetProperty("descending", out var down) && down.ValueKind == JsonValueKind.True));
            sort = term.TryGetProperty("next", out var next) ? next : null;
        }
        return terms.ToImmutable();
    }
}
