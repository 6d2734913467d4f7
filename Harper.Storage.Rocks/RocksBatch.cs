using Harper.Core.Storage;
using RocksDbSharp;

namespace Harper.Storage.Rocks;

/// <summary>Writes that are applied together.</summary>
internal sealed unsafe class RocksBatch(RocksStore store, IntPtr[] families) : IStoreBatch
{
    /// <summary>A batch that grew beyond this is not kept for the next commit.</summary>
    private const long MaxKeptBytes = 16 << 20;

    private IntPtr _handle = Native.Instance.rocksdb_writebatch_create();
    private long _largest;

    public IntPtr Handle => _handle != IntPtr.Zero ? _handle : throw new ObjectDisposedException(nameof(RocksBatch));

    public long Bytes { get; private set; }

    public void Put(Family family, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyBytes = key, valueBytes = value)
            Native.Instance.rocksdb_writebatch_put_cf(
                Handle, families[(int)family], keyBytes, (UIntPtr)key.Length, valueBytes, (UIntPtr)value.Length);
        Count(key.Length + value.Length);
    }

    public void Delete(Family family, ReadOnlySpan<byte> key)
    {
        fixed (byte* keyBytes = key)
            Native.Instance.rocksdb_writebatch_delete_cf(Handle, families[(int)family], keyBytes, (UIntPtr)key.Length);
        Count(key.Length);
    }

    public void DeleteRange(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* fromBytes = from, toBytes = to)
            Native.Instance.rocksdb_writebatch_delete_range_cf(
                Handle, families[(int)family], fromBytes, (UIntPtr)from.Length, toBytes, (UIntPtr)to.Length);
        Count(from.Length + to.Length);
    }

    public void Clear()
    {
        Native.Instance.rocksdb_writebatch_clear(Handle);
        Bytes = 0;
    }

    public void Dispose()
    {
        if (_handle == IntPtr.Zero) return;
        if (_largest <= MaxKeptBytes) store.GiveBack(this);
        else Release();
    }

    internal void Release()
    {
        if (_handle == IntPtr.Zero) return;
        Native.Instance.rocksdb_writebatch_destroy(_handle);
        _handle = IntPtr.Zero;
    }

    private void Count(int bytes)
    {
        Bytes += bytes;
        _largest = Math.Max(_largest, Bytes);
    }
}
