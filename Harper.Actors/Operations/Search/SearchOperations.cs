using Harper.Actors.Databases;
using Harper.Core.Operations.Writes;
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

    private OperationEntry Entry(string name, SearchKind kind) => OperationEntry.Of(
        name, OperationAccess.User, call => SearchArguments.Parse(call.Fields, kind), (arguments, _, _) => ValueTask.FromResult(Answer(arguments)));

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
