using Harper.Core.Identity;
using Harper.Core.Json;
using Harper.Core.Operations;
using Harper.Core.Transactions;

namespace Harper.Actors.Operations.BulkLoad;

/// <summary>What <c>csv_data_load</c>, <c>csv_file_load</c> and <c>csv_url_load</c> are given.</summary>
/// <param name="Open">The CSV from its beginning: it may be large, and is read more than once.</param>
internal sealed record CsvLoadArguments(DatabaseName Database, TableName Table, WriteMode Mode, Func<TextReader> Open)
{
    /// <summary>The CSV as the JSON string that it came in.</summary>
    public static CsvLoadArguments ParseData(OperationCall call) => Parse(call, check =>
    {
        if (call.Fields.Raw("data") is { Length: > 2 } data && data.Span[0] == '"') return () => new JsonStringReader(data);
        check.Required("data");
        return () => TextReader.Null;
    });

    /// <summary>The CSV in a file of this node.</summary>
    public static CsvLoadArguments ParseFile(OperationCall call) => Parse(call, check =>
    {
        var path = check.Required("file_path");
        return () => LocalFile.Open(path);
    });

    /// <summary>The CSV of an HTTP server; it is opened once it was fetched.</summary>
    public static (CsvLoadArguments Load, CsvSource Source) ParseUrl(OperationCall call)
    {
        CsvSource? source = null;
        var load = Parse(call, check =>
        {
            source = CsvSource.Parse(check);
            return () => TextReader.Null;
        });
        return (load, source!);
    }

    private static CsvLoadArguments Parse(OperationCall call, Func<FieldCheck, Func<TextReader>> source)
    {
        var check = new FieldCheck(call.Fields);
        var database = check.Database();
        var table = check.RequiredName("table");
        var open = source(check);
        var mode = (call.Fields.Has("action") ? call.Fields.Text("action") : "insert") switch
        {
            "insert" => WriteMode.Insert,
            "update" => WriteMode.Update,
            "upsert" => WriteMode.Upsert,
            _ => throw OperationError.Bad("Action is required and must be either insert, update, or upsert"),
        };
        check.Throw();
        return new CsvLoadArguments(new DatabaseName(database), new TableName(table), mode, open);
    }
}
