using Harper.Core.Storage;

namespace Harper.Storage.Rocks;

/// <summary>Opens databases on disk; owns the block cache and the write-buffer manager that all of them share. One per process.</summary>
public sealed class RocksStoreFactory(RocksSettings settings) : IStoreFactory, IDisposable
{
    public RocksSettings Settings { get; } = settings;

    public IReadOnlyList<string> FindFolders(string root) => throw new NotSupportedException();

    public bool Exists(string folder) => throw new NotSupportedException();

    public IOrderedStore Open(string folder) => throw new NotSupportedException();

    public void Remove(string folder) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
