using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Verification;

namespace Harper.Actors.Operations.Verification;

/// <summary>What <c>table_digest</c> is asked for.</summary>
/// <param name="RowsPerRange">Also digest stretches of so many rows; 0: the whole table only.</param>
internal sealed record TableDigestArguments(DatabaseName Database, TableName Table, DigestForm Form, int RowsPerRange)
{
    public static TableDigestArguments Parse(OperationCall call)
    {
        var table = call.Fields.Text("table") ?? throw OperationError.Bad("'table' is required");
        var form = call.Fields.Text("form") switch
        {
            null or "full" => DigestForm.Full,
            "values" => DigestForm.Values,
            var other => throw OperationError.Bad($"'form' must be 'full' or 'values', not '{other}'"),
        };
        var rows = call.Fields.Number("rows_per_range") ?? 0;
        if (rows is < 0 or > 1_000_000) throw OperationError.Bad("'rows_per_range' must be between 0 and 1000000");
        return new TableDigestArguments(new DatabaseName(call.Fields.Text("database") ?? "data"), new TableName(table), form, (int)rows);
    }
}

/// <summary>Operations that show whether nodes hold the same rows (rules 26 and 28). Ours; the original has none.</summary>
public sealed class VerificationOperations(IDatabaseDirectory databases) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("table_digest", OperationAccess.SuperUser, TableDigestArguments.Parse, DigestAsync)
            with { Deadline = TimeSpan.FromMinutes(5), Forwardable = true },
    ];

    private ValueTask<OperationAnswer> DigestAsync(TableDigestArguments arguments, OperationCall call, CancellationToken cancellation)
    {
        var database = databases.Require(arguments.Database, 404);
        database.Require(arguments.Table, 404);
        return ValueTask.FromResult(new OperationAnswer(200, writer => Write(writer, database, arguments)));
    }

    private static void Write(Utf8JsonWriter writer, IDatabaseHandle database, TableDigestArguments arguments)
    {
        using var view = database.OpenView();
        var table = view.Catalog.Find(arguments.Table)!;
        var whole = TableDigest.Of(view, table, arguments.Form);
        writer.WriteStartObject();
        writer.WriteString("database", arguments.Database.Value);
        writer.WriteString("table", arguments.Table.Value);
        writer.WriteString("form", arguments.Form == DigestForm.Full ? "full" : "values");
        writer.WriteNumber("rows", whole.Rows);
        writer.WriteString("digest", whole.Sha256);
        if (database.Engine.Positions.Since is { } since) writer.WriteNumber("since", since);
        if (table.IsThinned) writer.WriteBoolean("thinned", true);
        if (arguments.RowsPerRange > 0)
        {
            writer.WriteStartArray("ranges");
            foreach (var range in TableDigest.Ranges(view, table, arguments.Form, arguments.RowsPerRange)) Write(writer, range);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RangeDigest range)
    {
        writer.WriteStartObject();
        WriteKey(writer, "after", range.After);
        WriteKey(writer, "up_to", range.UpTo);
        writer.WriteNumber("rows", range.Rows);
        writer.WriteString("digest", range.Sha256);
        writer.WriteEndObject();
    }

    private static void WriteKey(Utf8JsonWriter writer, string name, RecordKey? key)
    {
        if (key is null) return;
        writer.WritePropertyName(name);
        KeyCodec.WriteJson(key.Value.Span, writer);
    }
}
