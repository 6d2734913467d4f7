using Harper.Actors.Databases;
using Harper.Actors.Operations.Data;
using Harper.Actors.Operations.Schema;
using Harper.Actors.Operations.Search;
using Harper.Actors.Operations.Verification;

namespace Harper.Actors.Operations;

/// <summary>The families that concern schema, data and search; composition adds those of cluster, users, jobs and system beside them.</summary>
public static class DataFamilies
{
    /// <param name="writes">The node's only one: it gives out the generated keys.</param>
    public static IReadOnlyList<IOperationFamily> Create(IDatabaseDirectory databases, TableWrites writes, OperationSettings settings) =>
    [
        new SchemaOperations(databases),
        new DataOperations(writes),
        new TransactionOperation(writes),
        new SearchOperations(databases, settings),
        new VerificationOperations(databases),
        new ExchangeOperations(databases),
    ];
}
