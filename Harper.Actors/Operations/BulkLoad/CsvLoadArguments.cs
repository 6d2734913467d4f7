using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Transactions;

namespace Harper.Actors.Operations.BulkLoad;

/// <summary>What <c>csv_data_load</c> is given.</summary>
/// <param name="Data">The CSV as the JSON string that it came in: it may be large, and is read from there more than once.</param>
internal sealed record CsvLoadArguments(DatabaseName Database, TableName Table, WriteMode Mode, ReadOnlyMemory<byte> Data)
{
    public static CsvLoadArguments Parse(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var database = check.Database();
        var table = check.RequiredName("table");
        if (call.Fields.Raw("data") is not { Length: > 2 } data || data.Span[0] != '"')
        {
            data = default;
            check.Required("data");
        }
        var mode = (call.Fields.Has("action") ? call.Fields.Text("action") : "insert") switch
        {
            "insert" => WriteMode.Insert,
            "update" => WriteMode.Update,
            "upsert" => WriteMode.Upsert,
            _ => throw OperationError.Bad("Action is required and must be either insert, update, or upsert"),
        };
        check.Throw();
        return new CsvLoadArguments(new DatabaseName(database), new TableName(table), mode, data);
    }
}
