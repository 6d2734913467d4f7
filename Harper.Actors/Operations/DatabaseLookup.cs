using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Schema;

namespace Harper.Actors.Operations;

/// <summary>Finds what an operation names, or says in the original's words that it is not there.</summary>
internal static class DatabaseLookup
{
    /// <param name="status">What a missing database or table answers: 400 where records are written, 404 elsewhere.</param>
    public static IDatabaseHandle Require(this IDatabaseDirectory databases, DatabaseName name, int status) =>
        databases.Find(name) ?? throw new OperationError(status, $"database '{name}' does not exist");

    public static TableDefinition Require(this IDatabaseHandle database, TableName table, int status) =>
        database.Engine.Catalog.Find(table) ?? throw new OperationError(status, $"Table '{database.Name}.{table}' does not exist");

    public static void RefuseSystem(DatabaseName database)
    {
        if (database.IsSystem) throw new OperationError(403, SystemIsInternal);
    }

    public const string SystemIsInternal =
        "The 'system' database, tables and records are used internally by HarperDB and cannot be updated or removed.";

    /// <summary>Commits and turns a rejection into the error its caller reads.</summary>
    public static async Task<TResult> CommitOrThrowAsync<TResult>(this IDatabaseHandle database, CommitRequest request)
        where TResult : CommitResult
    {
        var result = await database.CommitAsync(request).ConfigureAwait(false);
        return result switch
        {
            TResult expected => expected,
            CommitResult.Rejected rejected => throw Refusal(rejected),
            _ => throw new InvalidOperationException($"The commit answered {result.GetType().Name} instead of {typeof(TResult).Name}."),
        };
    }

    private static OperationError Refusal(CommitResult.Rejected rejected) => rejected.Reason switch
    {
        CommitRejection.Overloaded => new OperationError(503, rejected.Message) { RetryAfterSeconds = 1 },
        CommitRejection.Stopping => new OperationError(503, rejected.Message) { RetryAfterSeconds = 5 },
        CommitRejection.TooLarge => new OperationError(413, rejected.Message),
        CommitRejection.StoreFailed => new OperationError(500, rejected.Message),
        _ => OperationError.Bad(rejected.Message),
    };
}
