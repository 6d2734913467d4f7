using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Actors.Membership;

/// <summary>
/// The rows of <c>system.hdb_nodes</c> as node records, and changes of records as patches: two nodes that write different attributes of
/// one record both keep what they wrote. Safe for any thread.
/// </summary>
internal sealed class NodeRecordTable(IDatabaseHandle system, NodeName self)
{
    private readonly JsonRecordReader _reader =
        new(new ShapeCache(), new JsonRecordOptions { PrimaryKey = NodeRecord.Key, UpdatedTime = SystemTables.UpdatedTime });

    public NodeRecords Read()
    {
        using var view = system.OpenView();
        if (view.Catalog.Find(SystemTables.Nodes) is not { } table) return NodeRecords.Empty;
        var records = ImmutableArray.CreateBuilder<NodeRecord>();
        var removed = ImmutableHashSet.CreateBuilder<NodeName>();
        var startTimes = ImmutableDictionary.CreateBuilder<NodeName, double>();
        using var rows = view.ScanRows(table);
        while (rows.MoveNext())
        {
            if (!rows.Row.Exists)
            {
                if (NameOf(rows.Key) is { } name) removed.Add(name);
                continue;
            }
            if (ToRecord(view, table, rows.Key) is not { } record) continue;
            records.Add(record);
            if (record.StartTime is { } time && StampOf(rows.Row, "start_time").Origin == self) startTimes[record.Name] = time;
        }
        return new NodeRecords(records.ToImmutable(), removed.ToImmutable(), startTimes.ToImmutable());
    }

    /// <summary>Writes attributes of a record; what it does not name stays as it is.</summary>
    public Task<CommitResult> WriteAsync(NodeName name, ImmutableArray<NodeField> changes) => CommitAsync(Patch(name, changes));

    /// <summary>Both or neither.</summary>
    public Task<CommitResult> WriteAsync(NodeName first, ImmutableArray<NodeField> changesOfFirst, NodeName second, ImmutableArray<NodeField> changesOfSecond) =>
        CommitAsync(Patch(first, changesOfFirst), Patch(second, changesOfSecond));

    public Task<CommitResult> DeleteAsync(NodeName name) =>
        CommitAsync(new LocalWrite(SystemTables.Nodes, KeyCodec.FromText(name.Value), WriteMode.Delete, EncodedRecord.Empty, TimeSlots.None));

    private LocalWrite Patch(NodeName name, ImmutableArray<NodeField> changes) =>
        new(SystemTables.Nodes, KeyCodec.FromText(name.Value), WriteMode.Patch, Encode(name, changes), TimeSlots.Updated);

    private async Task<CommitResult> CommitAsync(params ImmutableArray<LocalWrite> writes) =>
        await system.CommitAsync(new CommitRequest.Local(writes, null) { Bytes = writes.Sum(write => write.Value.Values.Length + 64) }).ConfigureAwait(false);

    private EncodedRecord Encode(NodeName name, ImmutableArray<NodeField> changes)
    {
        var record = new NodeRecord(name, [NodeField.Text(NodeRecord.Key, name.Value), .. changes.Where(change => change.Name != NodeRecord.Key)]);
        var json = new Utf8JsonReader(record.ToJson().Span);
        json.Read();
        return _reader.Read(ref json, new RecordBuffer(1024)).Record;
    }

    private static NodeRecord? ToRecord(IReadView view, TableDefinition table, RecordKey key)
    {
        if (!view.TryRead(table, key, out var visible)) return null;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer)) JsonRecordWriter.Write(visible.Record, writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return NodeRecord.FromJson(document.RootElement);
    }

    private static Stamp StampOf(Row row, string attribute)
    {
        foreach (var patched in row.Patched)
            if (patched.Name == attribute) return patched.Stamp;
        return row.Base;
    }

    private static NodeName? NameOf(RecordKey key)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(buffer)) KeyCodec.WriteJson(key.Span, writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.ValueKind == JsonValueKind.String ? new NodeName(document.RootElement.GetString()!) : null;
    }
}
