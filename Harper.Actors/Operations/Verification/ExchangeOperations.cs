using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Values;
using Harper.Core.Verification;

namespace Harper.Actors.Operations.Verification;

/// <summary>A stretch of a table, named by keys in stored form, and the rows that the caller has there.</summary>
internal sealed record RangeArguments(DatabaseName Database, TableName Table, RecordKey? After, RecordKey? UpTo, ReadOnlyMemory<byte> Rows)
{
    public static RangeArguments Parse(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var database = check.Database();
        var table = check.RequiredName("table");
        check.Throw();
        return new RangeArguments(
            new DatabaseName(database), new TableName(table), Key(call, "after"), Key(call, "up_to"), Bytes(call, "rows") ?? default);
    }

    private static RecordKey? Key(OperationCall call, string name) => Bytes(call, name) is { } bytes ? new RecordKey(bytes) : null;

    private static byte[]? Bytes(OperationCall call, string name)
    {
        if (call.Fields.Element(name) is not { } element) return null;
        return element.ValueKind == System.Text.Json.JsonValueKind.String && element.TryGetBytesFromBase64(out var bytes)
            ? bytes : throw OperationError.Bad($"'{name}' must be base64");
    }
}

/// <summary>What nodes ask each other while they compare (rule 28); for peers, not for people.</summary>
public sealed class ExchangeOperations(IDatabaseDirectory databases) : IOperationFamily
{
    /// <summary>The most that one stretch may take on the way.</summary>
    public const int MaxBytes = 32 << 20;

    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("range_digest", OperationAccess.Node, RangeArguments.Parse, (arguments, _, _) => ValueTask.FromResult(Digest(arguments))),
        OperationEntry.Of("exchange_rows", OperationAccess.Node, RangeArguments.Parse, ExchangeAsync),
    ];

    private OperationAnswer Digest(RangeArguments arguments)
    {
        var database = databases.Require(arguments.Database, 404);
        using var view = database.OpenView();
        var digest = TableDigest.Of(
            view, database.Require(arguments.Table, 404), DigestForm.Full, arguments.After, arguments.UpTo);
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("digest", digest.Sha256);
            writer.WriteNumber("rows", digest.Rows);
            writer.WriteEndObject();
        });
    }

    /// <summary>Reads what is here before it merges what came: each side gets the other's rows as they were.</summary>
    private async ValueTask<OperationAnswer> ExchangeAsync(RangeArguments arguments, OperationCall call, CancellationToken cancellation)
    {
        var database = databases.Require(arguments.Database, 404);
        var table = database.Require(arguments.Table, 404);
        byte[] own;
        using (var view = database.OpenView()) own = RowExchangeCodec.Write(view, table, arguments.After, arguments.UpTo, MaxBytes);
        try
        {
            var theirs = RowExchangeCodec.Read(arguments.Table, arguments.Rows);
            var from = new NodeName(call.Caller.Node ?? call.Caller.User ?? "");
            var merged = await database.CommitOrThrowAsync<CommitResult.Maintained>(new CommitRequest.MergeRows(theirs, from)).ConfigureAwait(false);
            return new OperationAnswer(200, writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("healed", merged.Count);
                writer.WriteBase64String("rows", own);
                writer.WriteEndObject();
            });
        }
        catch (Exception malformed) when (malformed is InvalidDataException or ValueFormatException)
        {
            throw OperationError.Bad($"'rows' cannot be read: {malformed.Message}");
        }
    }
}
