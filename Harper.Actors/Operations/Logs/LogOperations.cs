using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Actors.Jobs;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Transactions;

namespace Harper.Actors.Operations.Logs;

/// <summary>The transaction log as operators read and trim it (R-LOG-01 to 03); local to this node (R-NRP-13).</summary>
public sealed class LogOperations(IDatabaseDirectory databases, IJobs jobs) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("read_audit_log", OperationAccess.SuperUser, LogArguments.ParseAudit, Read),
        OperationEntry.Of("read_transaction_log", OperationAccess.SuperUser, LogArguments.ParseTransactions, Read),
        OperationEntry.Of("delete_audit_logs_before", OperationAccess.SuperUser, ParseTrim, TrimAsync),
        OperationEntry.Of("delete_transaction_logs_before", OperationAccess.SuperUser, ParseTrim, TrimAsync),
    ];

    private static (DatabaseName Database, TableName Table, double Before) ParseTrim(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var database = check.Database();
        var table = check.RequiredName("table");
        if (call.Fields.Number("timestamp") is not { } before)
        {
            before = 0;
            check.Problem(call.Fields.Has("timestamp") ? "'timestamp' must be a number" : "'timestamp' is required");
        }

        check.Throw();
        return (new DatabaseName(database), new TableName(table), before);
    }

    private ValueTask<OperationAnswer> Read(LogArguments arguments, OperationCall call, CancellationToken cancellation)
    {
        var database = databases.Require(arguments.Database, 404);
        database.Require(arguments.Table, 404);
        var found = LogWalk.Of(database, arguments.Table, arguments.From, arguments.To);
        return ValueTask.FromResult(arguments.Search switch
        {
            AuditSearch.Username => new OperationAnswer(200, writer => WriteGroups(writer, ByUser(found, arguments))),
            AuditSearch.HashValue => new OperationAnswer(200, writer => WriteGroups(writer, ByKey(found, arguments))),
            _ => new OperationAnswer(200, writer => WriteArray(writer, found.Take(arguments.Limit))),
        });
    }

    /// <summary>Log entries are whole transactions, so a table's log cannot be trimmed without that of its database.</summary>
    private async ValueTask<OperationAnswer> TrimAsync(
        (DatabaseName Database, TableName Table, double Before) arguments, OperationCall call, CancellationToken cancellation)
    {
        var database = databases.Require(arguments.Database, 404);
        database.Require(arguments.Table, 404);
        return await OperationAnswer.AsJobAsync(jobs, call, async (_, _) =>
        {
            var deleted = 0L;
            // One commit takes a bounded stretch of the log.
            while (await database.CommitOrThrowAsync<CommitResult.Maintained>(new CommitRequest.TrimLog(Math.BitDecrement(arguments.Before)))
                .ConfigureAwait(false) is { Count: > 0 } trimmed) deleted += trimmed.Count;
            return $"{deleted} transactions deleted from the log of database '{arguments.Database}'";
        }).ConfigureAwait(false);
    }

    private static IEnumerable<(string Group, IEnumerable<TableTransaction> Found)> ByUser(
        IEnumerable<TableTransaction> found, LogArguments arguments) =>
        arguments.Values.Select(value => value.ToString()).Select(user =>
            (user, found.Where(transaction => transaction.Transaction.User == user).Take(arguments.Limit)));

    private static IEnumerable<(string Group, IEnumerable<TableTransaction> Found)> ByKey(
        IEnumerable<TableTransaction> found, LogArguments arguments) =>
        arguments.Values.Select(value =>
        {
            var key = KeyCodec.FromJson(value);
            return (value.ToString(), found
                .Where(transaction => transaction.Changes.Any(change => change.Change.Key == key))
                .Select(transaction => transaction with { Changes = [.. transaction.Changes.Where(change => change.Change.Key == key)] })
                .Take(arguments.Limit));
        });

    private static void WriteGroups(Utf8JsonWriter writer, IEnumerable<(string Group, IEnumerable<TableTransaction> Found)> groups)
    {
        writer.WriteStartObject();
        foreach (var (group, found) in groups)
        {
            writer.WritePropertyName(group);
            WriteArray(writer, found);
        }

        writer.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter writer, IEnumerable<TableTransaction> found)
    {
        writer.WriteStartArray();
        foreach (var transaction in found)
            foreach (var group in transaction.Changes.GroupBy(change => Operation(change.Change)))
                Write(writer, transaction, group.Key, [.. group]);
        writer.WriteEndArray();
    }

    private static string Operation(in Change change) => change switch
    {
        { Kind: ChangeKind.Delete } => "delete",
        { Operation: OriginatingOperation.Insert } => "insert",
        { Operation: OriginatingOperation.Update } => "update",
        { Kind: ChangeKind.Patch, Operation: OriginatingOperation.None } => "update",
        _ => "upsert",
    };

    private static void Write(Utf8JsonWriter writer, TableTransaction found, string operation, List<Harper.Core.TransactionLog.LoggedChange> changes)
    {
        writer.WriteStartObject();
        writer.WriteString("operation", operation);
        writer.WriteString("user_name", found.Transaction.User);
        writer.WriteString("user", found.Transaction.User);
        writer.WriteNumber("timestamp", found.Transaction.Stamp.Version);
        writer.WriteString("node", found.Transaction.Stamp.Origin.Value);
        writer.WriteStartArray("hash_values");
        foreach (var change in changes) KeyCodec.WriteJson(change.Change.Key.Span, writer);
        writer.WriteEndArray();
        if (operation != "delete")
        {
            writer.WriteStartArray("records");
            foreach (var change in changes) JsonRecordWriter.Write(change.Change.Value, writer);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
