using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Core.Reading;

/// <summary>
/// A database at one moment: a snapshot of the store with the catalog of that moment. One per request, disposed with it, at most 30 s.
/// Not safe for use by two threads at once. Readers see only rows that exist and have not expired, unless they ask for rows raw.
/// </summary>
public interface IReadView : IDisposable
{
    DatabaseCatalog Catalog { get; }

    /// <summary>The time that decides what has expired, milliseconds since 1970.</summary>
    double Now { get; }

    /// <summary>The record as readers see it, counters folded in, the primary key among its attributes; false when there is none.</summary>
    bool TryRead(TableDefinition table, RecordKey key, out VisibleRecord record);

    /// <summary>The row with its stamps, tombstones and expired rows included; null when the key was never written.</summary>
    Row? ReadRow(TableDefinition table, RecordKey key);

    /// <summary>Records in key order, strictly after <paramref name="after"/> (in the direction of the scan).</summary>
    IRecordCursor Scan(TableDefinition table, RecordKey? after = null, bool descending = false);

    /// <summary>Rows in key order, tombstones and expired rows included: copies and digests.</summary>
    IRowCursor ScanRows(TableDefinition table, RecordKey? after = null);

    /// <summary>
    /// Records whose indexed attribute lies in a range of ordered-binary value keys, in value order (then key order). Values that were truncated in the
    /// index are rechecked against the record, so that what comes out really lies in the range. Null bounds are open.
    /// </summary>
    IRecordCursor ScanIndex(TableDefinition table, AttributeDefinition attribute, IndexRange range, bool descending = false);

    /// <summary>Keeps an estimate by itself; <paramref name="exact"/> counts by scanning.</summary>
    long Count(TableDefinition table, bool exact);

    /// <summary>What is set aside for good, in order, so many bytes at a time but at least one (rule 24); what waits for its time comes by the log.</summary>
    /// <param name="after">Where the last stretch ended; empty: the beginning.</param>
    HeldStretch ReadHeld(ReadOnlyMemory<byte> after, long maxBytes);

    /// <summary>The content of blobs that is kept with the transaction of this stamp, in order.</summary>
    IEnumerable<BlobPiece> ReadBlobs(Stamp stamp);
}

/// <param name="Next">To be read after; null: that was all.</param>
public readonly record struct HeldStretch(ImmutableArray<HeldTransaction> Transactions, ReadOnlyMemory<byte>? Next);

/// <summary>A range of index values in ordered-binary form.</summary>
public readonly record struct IndexRange(
    ReadOnlyMemory<byte>? From = null, bool FromInclusive = true, ReadOnlyMemory<byte>? To = null, bool ToInclusive = true);

/// <summary>A record as readers see it. Its memory is valid until the cursor that gave it moves, or the view is disposed.</summary>
/// <param name="Version">The row's version, milliseconds since 1970.</param>
public readonly record struct VisibleRecord(RecordKey Key, EncodedRecord Record, double Version, double? ExpiresAt);

public interface IRecordCursor : IDisposable
{
    bool MoveNext();

    VisibleRecord Current { get; }
}

public interface IRowCursor : IDisposable
{
    bool MoveNext();

    RecordKey Key { get; }

    Row Row { get; }
}
