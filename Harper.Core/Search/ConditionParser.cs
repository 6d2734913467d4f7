using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Operations;
using Harper.Core.Schema;

namespace Harper.Core.Search;

/// <summary>Reads conditions as clients write them, under their current and their old names (R-SRC-03, R-SRC-04), against a table's types.</summary>
public static class ConditionParser
{
    private const int MaxDepth = 32;

    public static SearchCondition Parse(JsonElement conditions, string? operation, TableDefinition table) =>
        Group(conditions, operation, table, "conditions", 0);

    /// <summary>The value of <c>search_by_value</c>: <c>*</c> is every record, an asterisk at an end is open there.</summary>
    public static SearchCondition? OfValue(ImmutableArray<string> path, JsonElement value, TableDefinition table)
    {
        if (value.ValueKind != JsonValueKind.String || ExactValue.Is(JsonMarshal.GetRawUtf8Value(value)[1..^1]) || value.GetString() is not { } text || !text.Contains('*', StringComparison.Ordinal))
            return Comparison(path, Comparator.Equals, value, table);
        if (text == "*") return null;
        var open = text.StartsWith('*');
        var ended = text.EndsWith('*');
        var inner = text[(open ? 1 : 0)..^(ended ? 1 : 0)];
        // An asterisk inside the text is an asterisk.
        var comparator = open && ended ? Comparator.Contains : ended ? Comparator.StartsWith : open ? Comparator.EndsWith : Comparator.Equals;
        return new SearchCondition.Comparison(path, comparator, SearchOperand.Of(inner));
    }

    /// <summary>An attribute's name, or a list of names that leads into nested objects.</summary>
    public static ImmutableArray<string>? Path(JsonElement? attribute)
    {
        if (attribute is not { } json) return null;
        if (json.ValueKind == JsonValueKind.String && json.GetString() is { Length: > 0 } name) return [name];
        if (json.ValueKind == JsonValueKind.Number) return [json.GetRawText()];
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() == 0) return null;
        var names = json.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString() : null).ToArray();
        return Array.TrueForAll(names, item => !string.IsNullOrEmpty(item)) ? [.. names!] : null;
    }

    /// <summary>The top-level attributes that a search looks at, found without its table: whether its caller may see them is asked before anything else.</summary>
    public static IEnumerable<string> Attributes(SearchArguments arguments) =>
        arguments.Kind == SearchKind.ByConditions ? Attributes(arguments.Value, 0) : arguments.Attribute.Take(1);

    private static IEnumerable<string> Attributes(JsonElement conditions, int depth)
    {
        // What is no condition, or nested too deep, is refused when it meets the table.
        if (depth > MaxDepth || conditions.ValueKind != JsonValueKind.Array) return [];
        return conditions.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).SelectMany(item =>
            Find(item, "conditions") is { } nested ? Attributes(nested, depth + 1) : PathOf(item) is { } path ? path.Take(1) : []);
    }

    private static SearchCondition Group(JsonElement conditions, string? operation, TableDefinition table, string label, int depth)
    {
        if (depth > MaxDepth) throw OperationError.Bad($"'{label}' is nested deeper than {MaxDepth} levels");
        if (conditions.ValueKind != JsonValueKind.Array) throw OperationError.Bad($"'{label}' must be an array");
        if (conditions.GetArrayLength() == 0) throw OperationError.Bad($"'{label}' must contain at least 1 items");
        var parts = conditions.EnumerateArray().Select((item, index) => One(item, table, $"{label}[{index}]", depth)).ToImmutableArray();
        SearchCondition group = (operation ?? "and").ToUpperInvariant() switch
        {
            "AND" => new SearchCondition.And(parts),
            "OR" => new SearchCondition.Or(parts),
            _ => throw OperationError.Bad("'operator' must be one of [and, or]"),
        };
        return parts.Length == 1 ? parts[0] : group;
    }

    private static SearchCondition One(JsonElement item, TableDefinition table, string label, int depth)
    {
        if (item.ValueKind != JsonValueKind.Object) throw OperationError.Bad($"'{label}' must be of type object");
        if (Find(item, "conditions") is { } nested) return Group(nested, Text(item, "operator"), table, $"{label}.conditions", depth + 1);
        if (PathOf(item) is not { } path)
            throw OperationError.Bad($"'{label}.attribute' is required");
        var comparator = Comparators.Parse(Text(item, "comparator") ?? Text(item, "search_type"));
        if ((Find(item, "value") ?? Find(item, "search_value")) is not { } value) throw OperationError.Bad($"'{label}.value' is required");
        return Comparison(path, comparator, value, table);
    }

    private static SearchCondition.Comparison Comparison(ImmutableArray<string> path, Comparator comparator, JsonElement value, TableDefinition table)
    {
        var type = path.Length == 1 ? table.Find(path[0])?.Type : null;
        if (comparator != Comparator.Between) return new SearchCondition.Comparison(path, comparator, SearchOperand.Of(value, type));
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 2)
            throw OperationError.Bad("'value' of a between condition must be an array of two values");
        return new SearchCondition.Comparison(path, comparator, SearchOperand.Of(value[0], type), SearchOperand.Of(value[1], type));
    }

    private static ImmutableArray<string>? PathOf(JsonElement item) => Path(Find(item, "attribute") ?? Find(item, "search_attribute"));

    private static JsonElement? Find(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
