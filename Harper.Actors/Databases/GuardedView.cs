using Harper.Core.Commit;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;

namespace Harper.Actors.Databases;

/// <summary>A read view that tells the guard when it is done with.</summary>
internal sealed class GuardedView(IReadView view, EngineGuard guard) : IReadView
{
    private int _disposed;

    public DatabaseCatalog Catalog => view.Catalog;

    public double Now => view.Now;

    public bool TryRead(TableDefinition table, RecordKey key, out VisibleRecord record) => view.TryRead(table, key, out record);

    public Row? ReadRow(TableDefinition table, RecordKey key) => view.ReadRow(table, key);

    public IRecordCursor Scan(TableDefinition table, RecordKey? after = null, bool descending = false) => view.Scan(table, after, descending);

    public IRowCursor ScanRows(TableDefinition table, RecordKey? after = null) => view.ScanRows(table, after);

    public IRecordCursor ScanIndex(TableDefinition table, AttributeDefinition attribute, IndexRange range, bool descending = false) =>
        view.ScanIndex(table, attribute, range, descending);

    public long Count(TableDefinition table, bool exact) => view.Count(table, exact);

    public HeldStretch ReadHeld(ReadOnlyMemory<byte> after, long maxBytes) => view.ReadHeld(after, maxBytes);

    public IEnumerable<BlobPiece> ReadBlobs(Stamp stamp) => view.ReadBlobs(stamp);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        view.Dispose();
        guard.Leave();
    }
}
