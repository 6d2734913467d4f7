using Harper.Core.Operations.Writes;
using Harper.Core.Permissions;
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

    private OperationEntry Entry(string name, WriteMode mode) => OperationEntry.OfRole(
        name, call => WriteArguments.Parse(call.Fields, mode), Demand,
        async (arguments, call, cancellation) =>
            Answer(mode, await writes.WriteAsync(arguments, call.Caller.User, cancellation).ConfigureAwait(false)));

    internal static AccessDemand Demand(WriteArguments write) => new() { Tables = [DemandOn(write)] };

    internal static TableDemand DemandOn(WriteArguments write) => new(
        write.Database, write.Table, Needed(write.Mode), write.Mode == WriteMode.Delete ? [] : [.. RecordAttributes.Of(write.Items.Span)]);

    internal static Grants Needed(WriteMode mode) => mode switch
    {
        WriteMode.Insert => Grants.Insert,
        WriteMode.Update => Grants.Update,
        WriteMode.Delete => Grants.Delete,
        _ => Grants.Insert | Grants.Update,
    };

    private static OperationAnswer Answer(WriteMode mode, WriteOutcome outcome) => new(200, json =>
    {
        json.WriteStartObject();
        WriteAnswer.WriteProperties(json, mode, outcome.Writes, outcome.Result, 0, outcome.Writes.Count);
        WriteAnswer.WriteExtras(json, outcome.Result, withTable: false);
        json.WriteEndObject();
    });
}
