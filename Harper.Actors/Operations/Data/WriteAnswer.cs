using System.Text.Json;
using Harper.Core.Commit;
using Harper.Core.Keys;
using Harper.Core.Operations.Writes;
using Harper.Core.Transactions;

namespace Harper.Actors.Operations.Data;

/// <summary>The answers of the data operations: counts, the keys done and the keys skipped, in the original's words for each operation.</summary>
internal static class WriteAnswer
{
    /// <summary>Writes message and keys of a stretch of the writes as properties of an object that is open.</summary>
    public static void WriteProperties(Utf8JsonWriter json, WriteMode mode, WriteList writes, CommitResult.Written result, int first, int count)
    {
        var done = 0;
        for (var index = first; index < first + count; index++)
            if (result.Done[index]) done++;
        json.WriteString("message", Message(mode, done, count));
        WriteKeys(json, KeysName(mode), writes, result, first, count, wanted: true);
        if (mode != WriteMode.Upsert) WriteKeys(json, "skipped_hashes", writes, result, first, count, wanted: false);
    }

    /// <summary>What our answers have beside the original's (D40): the transaction's version and the attributes it added.</summary>
    public static void WriteExtras(Utf8JsonWriter json, CommitResult.Written result, bool withTable)
    {
        if (result.Stamp.Version > 0) json.WriteNumber("txn_time", result.Stamp.Version);
        json.WriteStartArray("new_attributes");
        foreach (var attribute in result.NewAttributes)
            json.WriteStringValue(withTable ? attribute : attribute[(attribute.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        json.WriteEndArray();
    }

    private static void WriteKeys(
        Utf8JsonWriter json, string name, WriteList writes, CommitResult.Written result, int first, int count, bool wanted)
    {
        json.WriteStartArray(name);
        for (var index = first; index < first + count; index++)
            if (result.Done[index] == wanted) KeyCodec.WriteJson(writes[index].Key.Span, json);
        json.WriteEndArray();
    }

    private static string Message(WriteMode mode, int done, int count) => mode switch
    {
        WriteMode.Insert => $"inserted {done} of {count} records",
        WriteMode.Update => $"updated {done} of {count} records",
        WriteMode.Upsert => $"upserted {done} of {count} records",
        _ => $"{done} of {count} {(count == 1 ? "record" : "records")} successfully deleted",
    };

    private static string KeysName(WriteMode mode) => mode switch
    {
        WriteMode.Insert => "inserted_hashes",
        WriteMode.Update => "update_hashes",
        WriteMode.Upsert => "upserted_hashes",
        _ => "deleted_hashes",
    };
}
