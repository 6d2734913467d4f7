using System.Buffers;

namespace Harper.Core.Storage;

/// <summary>The five families of a database's store. A table is a key prefix, never a family.</summary>
public enum Family : byte { Rows, Index, Log, Meta, Quarantine }

/// <summary>
/// The port to an ordered key-value store: byte keys in byte order, atomic batches, snapshots. RocksDB in production, memory in specs
/// and simulation. All calls are synchronous; somebody else schedules them.
/// </summary>
public interface IOrderedStore : IDisposable
{
    /// <summary>Appends the value to <paramref name="value"/> and returns true, or returns false when there is none.</summary>
    bool TryGet(Family family, ReadOnlySpan<byte> key, IBufferWriter<byte> value);

    IStoreSnapshot Snapshot();

    IStoreBatch CreateBatch();

    /// <summary>Applies the batch atomically. <paramref name="sync"/>: returns only when it would survive a power loss.</summary>
    void Write(IStoreBatch batch, bool sync);

    /// <summary>A cursor over the store as it is now (not as of a snapshot).</summary>
    IStoreCursor Cursor(Family family);

    /// <summary>Bytes that a family takes, approximately.</summary>
    long ApproximateBytes(Family family);
}

public interface IStoreSnapshot : IDisposable
{
    bool TryGet(Family family, ReadOnlySpan<byte> key, IBufferWriter<byte> value);

    IStoreCursor Cursor(Family family);
}

public interface IStoreBatch : IDisposable
{
    long Bytes { get; }

    void Put(Family family, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    void Delete(Family family, ReadOnlySpan<byte> key);

    /// <summary>From inclusive to exclusive.</summary>
    void DeleteRange(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to);

    void Clear();
}

/// <summary>Key and Value are valid until the cursor moves.</summary>
public interface IStoreCursor : IDisposable
{
    bool Valid { get; }

    ReadOnlySpan<byte> Key { get; }

    ReadOnlySpan<byte> Value { get; }

    /// <summary>To the first key at or after the given one.</summary>
    void Seek(ReadOnlySpan<byte> key);

    /// <summary>To the last key at or before the given one.</summary>
    void SeekForPrevious(ReadOnlySpan<byte> key);

    void SeekToLast();

    void Next();

    void Previous();
}
