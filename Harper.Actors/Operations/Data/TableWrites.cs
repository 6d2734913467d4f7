using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Operations.Writes;
using Harper.Core.Transactions;

namespace Harper.Actors.Operations.Data;

/// <summary>
/// Encodes what clients want written, on the request's thread against the table's current definition, and commits it. One instance for all that write
/// records: the data operations, transactions and bulk loads.
/// </summary>
public sealed class TableWrites(IDatabaseDirectory databases, NodeName self, OperationSettings settings)
{
    private readonly GeneratedKeys _keys = new(databases, self);

    /// <summary>Writes the records of a JSON array, or deletes the keys of one, as one transaction.</summary>
    public async Task<WriteOutcome> WriteAsync(WriteArguments arguments, string? user)
    {
        var (writes, database) = Begin(arguments.Database, MissingStatus(arguments.Mode));
        Add(arguments, database, writes);
        return new WriteOutcome(writes, await CommitAsync(database, writes, user).ConfigureAwait(false));
    }

    public (WriteList Writes, IDatabaseHandle Database) Begin(DatabaseName name, int missing) =>
        (new WriteList(settings.MaxTransactionRecords, settings.MaxTransactionBytes), databases.Require(name, missing));

    public void Add(WriteArguments arguments, IDatabaseHandle database, WriteList writes)
    {
        RefuseInternal(arguments);
        var table = database.Require(arguments.Table, MissingStatus(arguments.Mode));
        var encoder = TableEncoder.Of(table);
        if (arguments.Mode == WriteMode.Delete)
        {
            encoder.ReadKeys(arguments.Items, writes);
            return;
        }
        var first = writes.Count;
        encoder.Read(arguments.Items, arguments.Mode, arguments.ExpiresAt, _keys.For(database, table), writes);
        if (arguments.Mode != WriteMode.Upsert || !encoder.HasRequired) return;
        using var view = database.OpenView();
        encoder.CheckNewRecords(writes, first, view);
    }

    /// <summary>Nothing to write is written at once.</summary>
    public static async Task<CommitResult.Written> CommitAsync(IDatabaseHandle database, WriteList writes, string? user) =>
        writes.Count == 0
            ? new CommitResult.Written(default, [], [])
            : await database.CommitOrThrowAsync<CommitResult.Written>(writes.ToRequest(user)).ConfigureAwait(false);

    private static int MissingStatus(WriteMode mode) => mode == WriteMode.Delete ? 404 : 400;

    /// <summary>Of the system tables only the node records, users and roles may be written by hand (operations API 8.1).</summary>
    private static void RefuseInternal(WriteArguments arguments)
    {
        if (arguments.Database.IsSystem && arguments.Table.Value is not ("hdb_nodes" or "hdb_user" or "hdb_role"))
            throw new OperationError(403, DatabaseLookup.SystemIsInternal);
    }
}

/// <summary>What a transaction wrote: the writes in order, and for each whether it was done.</summary>
public sealed record WriteOutcome(WriteList Writes, CommitResult.Written Result);
