using System.Buffers;
using Harper.Core.Storage;
using RocksDbSharp;

namespace Harper.Storage.Rocks;

/// <summary>A database at one moment. Its cursors must be disposed before it.</summary>
internal sealed class RocksSnapshot : IStoreSnapshot
{
    private readonly RocksStore _store;
    private readonly ReadOptions _options;
    private Snapshot? _snapshot;

    public RocksSnapshot(RocksStore store, Snapshot snapshot)
    {
        (_store, _snapshot) = (store, snapshot);
        _options = new ReadOptions().SetSnapshot(snapshot);
    }

    public bool TryGet(Family family, ReadOnlySpan<byte> key, IBufferWriter<byte> value)
    {
        ObjectDisposedException.ThrowIf(_snapshot is null, this);
        return _store.Get(_options.Handle, family, key, value);
    }

    public IStoreCursor Cursor(Family family)
    {
        ObjectDisposedException.ThrowIf(_snapshot is null, this);
        return _store.Cursor(family, _options);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _snapshot, null) is not { } snapshot) return;
        snapshot.Dispose();
        _store.Leave();
    }
}
