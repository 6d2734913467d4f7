using System.Collections.Immutable;
using System.Globalization;
using Harper.Actors.Databases;
using Harper.Actors.Jobs;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Actors.Operations.BulkLoad;

/// <summary>
/// <c>delete_records_before {database, table, date}</c>: a job that deletes the records made before a time, on this node alone (R-NRP-10, R-BLK-08). Peers keep theirs, and what this node
/// deleted is not healed from them by itself.
/// </summary>
public sealed class DeleteBeforeOperation(IDatabaseDirectory databases, IJobs jobs) : IOperationFamily
{
    /// <summary>Rows that one commit deletes, and rows that one view reads: neither the writer nor the store is held up for long.</summary>
    private const int RowsPerCommit = 1000, RowsPerView = 20_000;

    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("delete_records_before", OperationAccess.SuperUser, Parse, StartAsync) with { Aliases = ["delete_files_before"] },
    ];

    private static (DatabaseName Database, TableName Table, double Before) Parse(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var database = check.Database();
        var table = check.RequiredName("table");
        DateTimeOffset date = default;
        if (!call.Fields.Has("date")) check.Problem("'date' is required");
        else if (call.Fields.Text("date") is not { Length: >= 10 } text || text[4] != '-'
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date))
            check.Problem("'date' must be in ISO 8601 date format");
        check.Throw();
        return (new DatabaseName(database), new TableName(table), (date - DateTimeOffset.UnixEpoch).TotalMilliseconds);
    }

    private async ValueTask<OperationAnswer> StartAsync(
        (DatabaseName Database, TableName Table, double Before) arguments, OperationCall call, CancellationToken cancellation)
    {
        DatabaseLookup.RefuseSystem(arguments.Database);
        var database = databases.Require(arguments.Database, 404);
        database.Require(arguments.Table, 404);
        return await OperationAnswer.AsJobAsync(
            jobs, call, (progress, stopping) => DeleteAsync(database, arguments.Table, arguments.Before, progress, stopping)).ConfigureAwait(false);
    }

    private static async Task<string> DeleteAsync(IDatabaseHandle database, TableName table, double before, IJobProgress progress, CancellationToken stopping)
    {
        var (found, deleted) = (0L, 0L);
        RecordKey? after = null;
        do
        {
            stopping.ThrowIfCancellationRequested();
            var (rows, next) = Find(database, table, before, after);
            after = next;
            if (rows.IsEmpty) continue;
            found += rows.Length;
            deleted += (await database.CommitOrThrowAsync<CommitResult.Maintained>(new CommitRequest.DeleteHere(table, rows)).ConfigureAwait(false)).Count;
            progress.Report($"{deleted} records deleted");
        }
        while (after is not null);
        return found == 0 ? "No records found to delete" : $"{deleted} of {found} records successfully deleted";
    }

    /// <summary>The next rows to be deleted, and the key to go on after; null: the table was read to its end.</summary>
    private static (ImmutableArray<(RecordKey Key, Stamp Stamp)> Rows, RecordKey? Next) Find(IDatabaseHandle database, TableName name, double before, RecordKey? after)
    {
        using var view = database.OpenView();
        var table = view.Catalog.Find(name) ?? throw OperationError.NotFound($"Table '{database.Name}.{name}' does not exist");
        var created = CreatedTime(table);
        var found = ImmutableArray.CreateBuilder<(RecordKey, Stamp)>();
        using var rows = view.ScanRows(table, after);
        for (var seen = 1; rows.MoveNext(); seen++)
        {
            var row = rows.Row;
            var key = new RecordKey(rows.Key.Span.ToArray());
            if (row.IsSeen(view.Now) && TimeOf(row, created) < before) found.Add((key, row.Latest));
            if (seen == RowsPerView || found.Count == RowsPerCommit) return (found.ToImmutable(), key);
        }

        return (found.ToImmutable(), null);
    }

    private static string CreatedTime(TableDefinition table) =>
        table.Attributes.FirstOrDefault(attribute => attribute.Assigned == AssignedTime.Created)?.Name
        ?? throw OperationError.Bad("Table must have a '__createdtime__' attribute or @creationDate timestamp defined to perform this operation");

    /// <summary>When the row was made; null where it does not say.</summary>
    private static double? TimeOf(Row row, string created)
    {
        if (!RecordReader.TryFind(row.Value, created, out var value)) return null;
        var reader = new ValueReader(value);
        return reader.Kind switch
        {
            ValueKind.Number => reader.ReadNumber(),
            ValueKind.BigInteger => (double)reader.ReadBigInteger(),
            ValueKind.Date => reader.ReadDate(),
            _ => null,
        };
    }
}
