using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Actors.Operations.Jobs;

/// <summary>What became of long work on this node (R-JOB): rows of <c>system.hdb_job</c>, which never leave it.</summary>
public sealed class JobOperations(IDatabaseDirectory databases) : IOperationFamily
{
    private static readonly TableName Table = new("hdb_job");

    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("get_job", OperationAccess.Anyone, ParseId, Get),
        OperationEntry.Of("search_jobs_by_start_date", OperationAccess.SuperUser, ParseRange, Search),
    ];

    private static string ParseId(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var id = check.Required("id");
        check.Throw();
        return id;
    }

    private static (double From, double To) ParseRange(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var range = (Date(check, "from_date"), Date(check, "to_date"));
        check.Throw();
        return range;
    }

    private static double Date(FieldCheck check, string name)
    {
        var text = check.Required(name);
        if (text.Length == 0) return 0;
        if (DateTimeOffset.TryParse(text, out var date)) return date.ToUnixTimeMilliseconds();
        check.Problem($"'{name}' must be a valid date");
        return 0;
    }

    private ValueTask<OperationAnswer> Get(string id, OperationCall call, CancellationToken cancellation) =>
        Answer((view, table, writer) =>
        {
            if (view.TryRead(table, KeyCodec.FromText(id), out var job)) Write(writer, job.Record, converted: false);
        });

    private ValueTask<OperationAnswer> Search((double From, double To) range, OperationCall call, CancellationToken cancellation) =>
        Answer((view, table, writer) =>
        {
            using var jobs = view.Scan(table);
            while (jobs.MoveNext())
            {
                var record = jobs.Current.Record;
                if (Time(record, "start_datetime") is { } started && started >= range.From && started <= range.To)
                    Write(writer, record, converted: true);
            }
        });

    private ValueTask<OperationAnswer> Answer(Action<IReadView, TableDefinition, Utf8JsonWriter> write) =>
        ValueTask.FromResult(new OperationAnswer(200, writer =>
        {
            writer.WriteStartArray();
            var system = databases.Find(DatabaseName.System);
            using var view = system?.OpenView();
            if (view?.Catalog.Find(Table) is { } table) write(view, table, writer);
            writer.WriteEndArray();
        }));

    private static void Write(Utf8JsonWriter writer, in EncodedRecord job, bool converted)
    {
        writer.WriteStartObject();
        var attributes = new RecordReader(job);
        while (attributes.MoveNext())
        {
            if (attributes.Name.StartsWith("__", StringComparison.Ordinal)) continue;
            writer.WritePropertyName(attributes.Name);
            JsonRecordWriter.WriteValue(attributes.Value, writer);
        }

        if (converted)
        {
            WriteConverted(writer, job, "start_datetime");
            WriteConverted(writer, job, "end_datetime");
        }

        writer.WriteEndObject();
    }

    private static void WriteConverted(Utf8JsonWriter writer, in EncodedRecord job, string name)
    {
        if (Time(job, name) is { } time)
            writer.WriteString($"{name}_converted", DateTimeOffset.FromUnixTimeMilliseconds((long)time).ToString("yyyy-MM-ddTHH:mm:ss.fffZ"));
    }

    private static double? Time(in EncodedRecord job, string name)
    {
        if (!RecordReader.TryFind(job, name, out var value)) return null;
        var reader = new ValueReader(value);
        return reader.Kind == ValueKind.Number ? reader.ReadNumber() : null;
    }
}
