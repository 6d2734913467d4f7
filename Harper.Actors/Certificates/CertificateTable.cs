using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Certificates;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Operations;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Actors.Certificates;

/// <summary>The rows of <c>system.hdb_certificate</c>. They never leave the node (architecture 5).</summary>
internal sealed class CertificateTable(IDatabaseHandle system)
{
    private static readonly TableName Name = new(CertificateRow.Table);

    private readonly JsonRecordReader _reader =
        new(new ShapeCache(), new JsonRecordOptions { PrimaryKey = "name", UpdatedTime = SystemTables.UpdatedTime });

    public ImmutableArray<CertificateRow> Read()
    {
        using var view = system.OpenView();
        if (view.Catalog.Find(Name) is not { } table) return [];
        var rows = ImmutableArray.CreateBuilder<CertificateRow>();
        using var cursor = view.Scan(table);
        while (cursor.MoveNext())
        {
            var buffer = new ArrayBufferWriter<byte>(4096);
            using (var writer = new Utf8JsonWriter(buffer)) JsonRecordWriter.Write(cursor.Current.Record, writer);
            using var document = JsonDocument.Parse(buffer.WrittenMemory);
            if (CertificateRow.FromJson(document.RootElement) is { } row) rows.Add(row);
        }
        return rows.ToImmutable();
    }

    public Task WriteAsync(CertificateRow row, CertificateFacts? facts)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer)) row.WriteTo(writer, facts);
        var json = new Utf8JsonReader(buffer.WrittenSpan);
        json.Read();
        var record = _reader.Read(ref json, new RecordBuffer(4096)).Record;
        return CommitAsync(new LocalWrite(Name, KeyCodec.FromText(row.Name), WriteMode.Put, record, TimeSlots.Updated));
    }

    public Task DeleteAsync(string name) => CommitAsync(new LocalWrite(Name, KeyCodec.FromText(name), WriteMode.Delete, EncodedRecord.Empty, TimeSlots.None));

    private async Task CommitAsync(LocalWrite write)
    {
        var result = await system.CommitAsync(new CommitRequest.Local([write], null) { Bytes = write.Value.Values.Length + 64 }).ConfigureAwait(false);
        if (result is CommitResult.Rejected rejected) throw new OperationError(503, $"The certificate could not be stored: {rejected.Message}") { RetryAfterSeconds = 1 };
    }
}
