using System.Collections.Immutable;
using Harper.Core.Json;
using Harper.Core.Operations;
using Harper.Core.Schema;

namespace Harper.Core.Search;

/// <summary>Brings a search's arguments and a table together: which attributes exist, what the conditions mean, what is written of each record.</summary>
public static class SearchBinding
{
    public static SearchQuery Query(SearchArguments arguments, TableDefinition table)
    {
        var condition = arguments.Kind == SearchKind.ByValue
            ? ConditionParser.OfValue(arguments.Attribute, arguments.Value, table)
            : ConditionParser.Parse(arguments.Value, arguments.Operator, table);
        CheckAttributes(arguments, table, arguments.Attribute.Take(1).Concat(condition?.Attributes ?? []));
        return new SearchQuery(condition)
        {
            Sort = arguments.Sort, Reverse = arguments.Reverse, Limit = arguments.Limit, Offset = arguments.Offset,
        };
    }

    /// <summary>Throws when the search names attributes that the table does not have, or that nobody may read.</summary>
    public static void CheckAttributes(SearchArguments arguments, TableDefinition table, IEnumerable<string> searched)
    {
        var unknown = searched.Concat(arguments.Sort.Select(term => term.Path[0])).Concat(arguments.Wanted ?? [])
            .Where(name => table.Find(name) is null || SecretAttributes.IsSecret(arguments.Database, table.Name, name)).Distinct().ToList();
        if (unknown.Count == 0) return;
        var names = unknown.Count == 1 ? unknown[0] : $"{string.Join(", ", unknown[..^1])} and {unknown[^1]}";
        throw new OperationError(arguments.ErrorStatus, $"unknown attribute '{names}'");
    }

    /// <summary>
    /// What is written of each record; null: all of it as it is. Attributes asked for by name are null where a record lacks them, and on dynamic tables all are,
    /// as in the original; a row of a schema-defined table shows what it has.
    /// </summary>
    public static JsonSelection? Selection(SearchArguments arguments, TableDefinition table)
    {
        if (arguments.Wanted is { } wanted) return new JsonSelection(wanted, absentAsNull: true);
        if (!table.SchemaDefined && !arguments.Database.IsSystem) return new JsonSelection(Names(arguments, table), absentAsNull: true);
        return SecretAttributes.HasAny(arguments.Database, table.Name) ? new JsonSelection(Names(arguments, table), absentAsNull: false) : null;
    }

    private static ImmutableArray<string> Names(SearchArguments arguments, TableDefinition table) =>
        [.. table.Attributes.Select(attribute => attribute.Name).Where(name => !SecretAttributes.IsSecret(arguments.Database, table.Name, name))];
}
