using Harper.Core.Commit;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;

namespace Harper.Tests.Support;

/// <summary>A view of a database without rows.</summary>
internal sealed class NothingToRead(DatabaseCatalog catalog, double now) : IReadView
{
    public DatabaseCatalog Catalog => catalog;

    public double Now => now;

    public bool TryRead(TableDefinition table, RecordKey key, out VisibleRecord record)
    {
        record = default;
        return false;
    }

    public Row? ReadRow(TableDefinition table, RecordKey key) => null;

    public IRecordCursor Scan(TableDefinition table, RecordKey? after = null, bool descending = false) => new NoRecords();

    public IRowCursor ScanRows(TableDefinition table, RecordKey? after = null) => throw new NotSupportedException();

    public IRecordCursor ScanIndex(TableDefinition table, AttributeDefinition attribute, IndexRange range, bool descending = false) => new NoRecords();

    public long Count(TableDefinition table, bool exact) => 0;

    public HeldStretch ReadHeld(ReadOnlyMemory<byte> after, long maxBytes) => new([], null);

    public IEnumerable<BlobPiece> ReadBlobs(Stamp stamp) => [];

    public void Dispose()
    {
    }

    private sealed class NoRecords : IRecordCursor
    {
        public VisibleRecord Current => default;

        public bool MoveNext() => false;

        public void Dispose()
        {
        }
    }
}
