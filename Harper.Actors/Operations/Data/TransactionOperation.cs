using Harper.Core.Commit;
using Harper.Core.Operations;
using Harper.Core.Operations.Writes;
using Harper.Core.Permissions;

namespace Harper.Actors.Operations.Data;

/// <summary>
/// Several writes to several tables of one database, all or nothing, on every node (R-TXN-20, R-TXN-21): the steps become one commit request, so that a
/// step that cannot be prepared leaves nothing behind, and what is committed travels as one transaction.
/// </summary>
public sealed class TransactionOperation(TableWrites tables) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.OfRole("transaction", call => TransactionArguments.Parse(call.Fields), Demand, (arguments, call, cancellation) =>
            RunAsync(arguments, call.Caller.User, cancellation)),
    ];

    private static AccessDemand Demand(TransactionArguments arguments) =>
        new() { Tables = [.. arguments.Steps.Select(step => DataOperations.DemandOn(step.Arguments))] };

    private async ValueTask<OperationAnswer> RunAsync(TransactionArguments arguments, string? user, CancellationToken cancellation)
    {
        var (writes, database) = tables.Begin(arguments.Database, missing: 400);
        var ends = new int[arguments.Steps.Length];
        for (var index = 0; index < ends.Length; index++)
        {
            try
            {
                tables.Add(arguments.Steps[index].Arguments, database, writes);
            }
            catch (OperationError error)
            {
                throw TransactionArguments.AtStep(index, error);
            }
            ends[index] = writes.Count;
        }
        var result = await tables.CommitAsync(database, writes, user, arguments.Confirmation, cancellation).ConfigureAwait(false);
        return Answer(arguments, writes, result, ends);
    }

    private static OperationAnswer Answer(TransactionArguments arguments, WriteList writes, CommitResult.Written result, int[] ends) => new(200, json =>
    {
        json.WriteStartObject();
        json.WriteString("message", $"committed {ends.Length} operations in one transaction");
        json.WriteStartArray("results");
        for (int index = 0, first = 0; index < ends.Length; first = ends[index++])
        {
            var step = arguments.Steps[index];
            json.WriteStartObject();
            json.WriteString("operation", step.Operation);
            json.WriteString("table", step.Arguments.Table.Value);
            WriteAnswer.WriteProperties(json, step.Arguments.Mode, writes, result, first, ends[index] - first);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteAnswer.WriteExtras(json, result, withTable: true);
        json.WriteEndObject();
    });
}
