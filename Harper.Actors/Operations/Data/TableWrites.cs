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
public sealed class TableWrites(IDatabaseDirectory databases, NodeName self, OperationSettings settings, IWriteConfirmation? confirmation = null)
{
    private readonly IWriteConfirmation _confirmation = confirmation ?? NoConfirmation.Instance;
    private readonly GeneratedKeys _keys = new(databases, self);

    /// <summary>Writes the records of a JSON array, or deletes the keys of one, as one transaction.</summary>
    public async Task<WriteOutcome> WriteAsync(WriteArguments arguments, string? user, CancellationToken cancellation = default)
    {
        var (writes, database) = Begin(arguments.Database, MissingStatus(arguments.Mode));
        Add(arguments, database, writes);
        return new WriteOutcome(writes, await CommitAsync(database, writes, user, arguments.Confirmation, cancellation).ConfigureAwait(false));
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

    /// <summary>Nothing to write is written at once. Waits for other nodes when that is wished.</summary>
    public async Task<CommitResult.Written> CommitAsync(
        IDatabaseHandle database, WriteList writes, string? user, ConfirmationWish wish, CancellationToken cancellation)
    {
        _confirmation.Check(database.Name, wish);
        if (writes.Count == 0) return new CommitResult.Written(default, [], []);
        var written = await database.CommitOrThrowAsync<CommitResult.Written>(writes.ToRequest(user)).ConfigureAwait(false);
        // A local write's version is its position in the log, and positions are what peers confirm.
        await _confirmation.WaitAsync(database.Name, written.Stamp.Version, wish, cancellation).ConfigureAwait(false);
        return written;
    }

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
