using Harper.Actors.Databases;
using Harper.Core.Operations.Writes;
using Harper.Core.Permissions;
using Harper.Core.Search;

namespace Harper.Actors.Operations.Search;

/// <summary>Searches by key, by value and by conditions (R-SRC-01 to 05), written while they are read.</summary>
public sealed class SearchOperations(IDatabaseDirectory databases, OperationSettings settings) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        Entry("search_by_id", SearchKind.ById) with { Aliases = ["search_by_hash"] },
        Entry("search_by_value", SearchKind.ByValue),
        Entry("search_by_conditions", SearchKind.ByConditions),
    ];

    private OperationEntry Entry(string name, SearchKind kind) => OperationEntry.OfRole(
        name, call => SearchArguments.Parse(call.Fields, kind), Demand, (arguments, call, _) => ValueTask.FromResult(Answer(Narrowed(arguments, call.Caller))));

    /// <summary>Whoever may not read an attribute may not search or sort by it either: the order of an answer tells its values.</summary>
    private static AccessDemand Demand(SearchArguments arguments) => AccessDemand.Of(
        arguments.Database, arguments.Table, Grants.Read,
        (arguments.Wanted ?? []).Concat(ConditionParser.Attributes(arguments)).Concat(arguments.Sort.Select(term => term.Path[0])));

    /// <summary>"Everything" is everything that the role may read.</summary>
    private SearchArguments Narrowed(SearchArguments arguments, Caller caller)
    {
        var permission = caller.On(arguments.Database, arguments.Table);
        if (permission.Attributes is null || arguments.Wanted is not null) return arguments;
        var table = databases.Require(arguments.Database, 404).Require(arguments.Table, 404);
        return arguments with
        {
            Wanted = [.. table.Attributes.Where(attribute => permission.MayRead(attribute.Name, attribute.IsPrimaryKey)).Select(attribute => attribute.Name)],
        };
    }

    /// <summary>Everything that can be wrong with the request is found before the first byte is written.</summary>
    private OperationAnswer Answer(SearchArguments arguments)
    {
        var database = databases.Require(arguments.Database, 404);
        var table = database.Require(arguments.Table, 404);
        if (arguments.Kind == SearchKind.ById)
        {
            SearchBinding.CheckAttributes(arguments, table, []);
            var keys = RecordKeys.Read(arguments.Ids, arguments.ErrorStatus);
            return OperationAnswer.Streamed(new KeyRead(database, table, keys, SearchBinding.Selection(arguments, table), settings).WriteAsync);
        }
        var query = SearchBinding.Query(arguments, table);
        var plan = SearchPlanner.Plan(table, query);
        return OperationAnswer.Streamed(new SearchRead(database, plan, query, SearchBinding.Selection(arguments, table), settings).WriteAsync);
    }
}
