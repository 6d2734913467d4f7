using RocksDbSharp;

namespace Harper.Storage.Rocks;

/// <summary>The block cache and the write-buffer manager of a process, under all of its databases.</summary>
internal sealed class RocksSharedMemory : IDisposable
{
    private IntPtr _writeBuffers;

    public RocksSharedMemory(RocksSettings settings)
    {
        BlockCache = Cache.CreateLru((ulong)settings.BlockCacheBytes);

        // No stall: over the bound the largest buffer is flushed early, and writers go on.
        _writeBuffers = Native.Instance.rocksdb_write_buffer_manager_create((UIntPtr)settings.WriteBuffersBytes, 0);
    }

    public Cache BlockCache { get; }

    public IntPtr WriteBuffers => _writeBuffers;

    /// <summary>Open databases hold references of their own; what is given back here is this process's.</summary>
    public void Dispose()
    {
        if (_writeBuffers == IntPtr.Zero) return;
        Native.Instance.rocksdb_write_buffer_manager_destroy(_writeBuffers);
        _writeBuffers = IntPtr.Zero;
    }
}
