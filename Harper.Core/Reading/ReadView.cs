using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.Reading;

/// <summary>Reads one snapshot of the store.</summary>
internal sealed class ReadView(DatabaseState state, DatabaseCatalog catalog, IStoreSnapshot snapshot, EngineStatistics statistics, double now) : IReadView
{
    private readonly ByteBuilder _key = new(64);
    private readonly ByteBuilder _value = new(1024);
    private readonly VisibleRecords _visible = new(now);

    public DatabaseCatalog Catalog => catalog;

    public double Now => now;

    public bool TryRead(TableDefinition table, RecordKey key, out VisibleRecord record)
    {
        record = default;
        return ReadRow(table, key) is { } row && _visible.TrySee(table, key, row, out record);
    }

    public Row? ReadRow(TableDefinition table, RecordKey key)
    {
        StoreKeys.Row(_key.Clear(), table.Id, key.Span);
        return snapshot.TryGet(Family.Rows, _key.Written, _value.Clear()) ? RowCodec.Read(_value.Written.ToArray(), Names(table)) : null;
    }

    public IRecordCursor Scan(TableDefinition table, RecordKey? after = null, bool descending = false) =>
        new RecordScan(new RowScan(snapshot.Cursor(Family.Rows), table, Names(table), after, descending), table, new VisibleRecords(now));

    public IRowCursor ScanRows(TableDefinition table, RecordKey? after = null) =>
        new RowScan(snapshot.Cursor(Family.Rows), table, Names(table), after, descending: false);

    public IRecordCursor ScanIndex(TableDefinition table, AttributeDefinition attribute, IndexRange range, bool descending = false) =>
        new IndexScan(this, snapshot.Cursor(Family.Index), table, attribute, range, descending);

    public long Count(TableDefinition table, bool exact)
    {
        if (!exact) return statistics.Rows.GetValueOrDefault(table.Name);
        var count = 0L;
        using var rows = ScanRows(table);
        while (rows.MoveNext())
            if (rows.Row.IsSeen(now))
                count++;
        return count;
    }

    public HeldStretch ReadHeld(ReadOnlyMemory<byte> after, long maxBytes)
    {
        var found = ImmutableArray.CreateBuilder<HeldTransaction>();
        var bytes = 0L;
        using var cursor = snapshot.Cursor(Family.Quarantine);
        cursor.Seek(after.Span);
        if (cursor.Valid && !after.IsEmpty && cursor.Key.SequenceEqual(after.Span)) cursor.Next();
        for (; cursor.Valid && !HeldBlobCodec.IsPiece(cursor.Key); cursor.Next())
        {
            var stored = QuarantineCodec.Read(cursor.Value);
            bytes += cursor.Value.Length;
            if (stored.Entry.ReleaseAt is null || stored.Copied || double.IsNaN(stored.Previous)) found.Add(new HeldTransaction(stored.Entry, stored.Copied));
            if (bytes >= maxBytes) return new HeldStretch(found.DrainToImmutable(), cursor.Key.ToArray());
        }

        return new HeldStretch(found.DrainToImmutable(), null);
    }

    public IEnumerable<BlobPiece> ReadBlobs(Stamp stamp) => HeldBlobs.Read(snapshot, stamp, state.Origins);

    public void Dispose() => snapshot.Dispose();

    private IRowDictionary Names(TableDefinition table) =>
        state.ById.TryGetValue(table.Id, out var known) ? known.Shapes
            : throw new StoreException(StoreFault.Failed, $"table '{table.Name}' is not one of database '{state.Name}'");
}
