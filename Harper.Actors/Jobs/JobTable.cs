using System.Collections.Immutable;
using System.Text;
using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Actors.Jobs;

/// <summary>The jobs as rows: <c>system.hdb_job</c>, which never leaves the node (R-JOB-04).</summary>
public sealed class JobTable(IDatabaseHandle system)
{
    public static readonly TableName Name = new("hdb_job");

    private readonly ShapeCache _shapes = new();

    public Task<CommitResult> WriteAsync(JobRow row)
    {
        var builder = new RecordBuilder(_shapes);
        builder.Clear();
        builder.SetText("id", row.Id);
        builder.SetText("type", row.Type);
        builder.SetText("user", row.User);
        builder.SetText("status", row.Status);
        builder.SetNumber("created_datetime", row.CreatedTime);
        if (row.StartTime is { } started) builder.SetNumber("start_datetime", started);
        if (row.EndTime is { } ended) builder.SetNumber("end_datetime", ended);
        if (row.Message is not null) builder.SetText("message", row.Message);
        var record = builder.Build();
        var write = new LocalWrite(Name, KeyCodec.FromText(row.Id), WriteMode.Put, record);
        return system.CommitAsync(new CommitRequest.Local([write], row.User) { Bytes = record.Values.Length });
    }

    /// <summary>Jobs that an earlier life of the node did not bring to an end.</summary>
    public ImmutableArray<JobRow> FindUnfinished()
    {
        using var view = system.OpenView();
        if (view.Catalog.Find(Name) is not { } table) return [];
        var unfinished = ImmutableArray.CreateBuilder<JobRow>();
        using var rows = view.Scan(table);
        while (rows.MoveNext())
            if (Read(rows.Current.Record) is { Status: JobStatus.Created or JobStatus.InProgress } row) unfinished.Add(row);
        return unfinished.ToImmutable();
    }

    private static JobRow Read(EncodedRecord record)
    {
        var texts = new Dictionary<string, string?>();
        var times = new Dictionary<string, double>();
        var reader = new RecordReader(record);
        while (reader.MoveNext())
        {
            var value = new ValueReader(reader.Value);
            if (value.Kind == ValueKind.Text) texts[reader.Name] = Encoding.UTF8.GetString(value.ReadText());
            else if (value.Kind == ValueKind.Number) times[reader.Name] = value.ReadNumber();
        }
        return new JobRow(
            texts.GetValueOrDefault("id") ?? "", texts.GetValueOrDefault("type") ?? "", texts.GetValueOrDefault("user"),
            texts.GetValueOrDefault("status") ?? "", times.GetValueOrDefault("created_datetime"),
            times.TryGetValue("start_datetime", out var started) ? started : null, null, texts.GetValueOrDefault("message"));
    }
}
