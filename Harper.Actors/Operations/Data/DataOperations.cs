using Harper.Core.Operations.Writes;
using Harper.Core.Transactions;

namespace Harper.Actors.Operations.Data;

/// <summary>insert, update, upsert and delete (R-DAT-01 to 06). One request is one transaction.</summary>
public sealed class DataOperations(TableWrites writes) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        Entry("insert", WriteMode.Insert),
        Entry("update", WriteMode.Update),
        Entry("upsert", WriteMode.Upsert),
        Entry("delete", WriteMode.Delete),
    ];

    private OperationEntry Entry(string name, WriteMode mode) => OperationEntry.Of(
        name, OperationAccess.User, call => WriteArguments.Parse(call.Fields, mode),
        async (arguments, call, cancellation) =>
            Answer(mode, await writes.WriteAsync(arguments, call.Caller.User, cancellation).ConfigureAwait(false)));

    private static OperationAnswer Answer(WriteMode mode, WriteOutcome outcome) => new(200, json =>
    {
        json.WriteStartObject();
        WriteAnswer.WriteProperties(json, mode, outcome.Writes, outcome.Result, 0, outcome.Writes.Count);
        WriteAnswer.WriteExtras(json, outcome.Result, withTable: false);
        json.WriteEndObject();
    });
}
