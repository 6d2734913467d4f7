using Harper.Actors.Databases;
using Harper.Actors.Jobs;
using Harper.Actors.Operations.Data;
using Harper.Core.BulkLoad;
using Harper.Core.Operations;
using Harper.Core.Operations.Writes;
using Harper.Core.Outside;
using Harper.Core.Permissions;
using Harper.Core.Transactions;

namespace Harper.Actors.Operations.BulkLoad;

/// <summary>Loads of many records as jobs (R-BLK): checked as a whole first, then written chunk by chunk, each chunk one transaction.</summary>
/// <param name="outbound">Where <c>csv_url_load</c> may fetch from.</param>
/// <param name="keys">The folder from which <c>csv_file_load</c> reads nothing.</param>
public sealed class BulkLoadOperations(IDatabaseDirectory databases, IJobs jobs, ICsvReader csv, TableWrites writes, OutboundPolicy outbound, string keys) : IOperationFamily
{
    private const int ChunkRecords = 1000;
    private const int ChunkBytes = 1 << 20;

    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.OfRole("csv_data_load", CsvLoadArguments.ParseData, Demand, StartAsync),

        // Whoever may write a table need not be one who may read this node's files, or whom its network lets in.
        OperationEntry.Of("csv_file_load", OperationAccess.SuperUser, CsvLoadArguments.ParseFile,
            (arguments, call, stop) =>
            {
                LocalFile.Require(call.Fields.Text("file_path")!, keys);
                return StartAsync(arguments, call, stop);
            }),
        OperationEntry.Of("csv_url_load", OperationAccess.SuperUser, CsvLoadArguments.ParseUrl, (arguments, call, _) => StartAsync(arguments.Load, call, async (progress, stopping) =>
        {
            using var fetched = await CsvDownload.GetAsync(arguments.Source, outbound, stopping).ConfigureAwait(false);
            return await LoadAsync(arguments.Load with { Open = fetched.Open }, call.Caller.User, progress, stopping).ConfigureAwait(false);
        })),
    ];

    /// <summary>Asked before the job starts, which then writes nothing but the columns of this header.</summary>
    private AccessDemand Demand(CsvLoadArguments arguments) => AccessDemand.Of(
        arguments.Database, arguments.Table, DataOperations.Needed(arguments.Mode), Rows(arguments).FirstOrDefault()?.Select(cell => cell.Trim()));

    private ValueTask<OperationAnswer> StartAsync(CsvLoadArguments arguments, OperationCall call, CancellationToken cancellation) =>
        StartAsync(arguments, call, (progress, stopping) => LoadAsync(arguments, call.Caller.User, progress, stopping));

    private async ValueTask<OperationAnswer> StartAsync(CsvLoadArguments arguments, OperationCall call, Func<IJobProgress, CancellationToken, Task<string>> work)
    {
        databases.Require(arguments.Database, 400).Require(arguments.Table, 400);
        return await OperationAnswer.AsJobAsync(jobs, call, work).ConfigureAwait(false);
    }

    private async Task<string> LoadAsync(CsvLoadArguments arguments, string? user, IJobProgress progress, CancellationToken stopping)
    {
        var total = Validate(arguments);
        if (total == 0) return "No records parsed from csv file.";
        var loaded = 0;
        var seen = 0;
        foreach (var batch in Batches(arguments).Read(Rows(arguments)))
        {
            stopping.ThrowIfCancellationRequested();
            loaded += await WriteAsync(arguments, batch, user).ConfigureAwait(false);
            seen += batch.Count;
            progress.Report($"loaded {seen} of {total} records");
        }

        return $"successfully loaded {loaded} of {total} records";
    }

    /// <summary>The whole file is read once before the first row is written, so that a broken end does not leave half a load.</summary>
    private int Validate(CsvLoadArguments arguments) => Batches(arguments).Count(Rows(arguments));

    private CsvBatches Batches(CsvLoadArguments arguments) =>
        new(databases.Require(arguments.Database, 400).Require(arguments.Table, 400), ChunkRecords, ChunkBytes);

    private IEnumerable<string[]> Rows(CsvLoadArguments arguments)
    {
        using var text = arguments.Open();
        foreach (var row in csv.Read(text)) yield return row;
    }

    private async Task<int> WriteAsync(CsvLoadArguments arguments, RecordBatch batch, string? user)
    {
        var items = new WriteArguments(arguments.Database, arguments.Table, arguments.Mode, batch.Json, null);
        while (true)
        {
            try
            {
                var outcome = await writes.WriteAsync(items, user).ConfigureAwait(false);
                return outcome.Result.Done.Count(done => done);
            }
            catch (OperationError busy) when (busy.Status == 503)
            {
                // The queue is full of other clients' writes: a bulk load is the one that can wait.
                await Task.Delay(100).ConfigureAwait(false);
            }
        }
    }
}
