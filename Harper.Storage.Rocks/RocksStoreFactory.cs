using Harper.Core.Storage;

namespace Harper.Storage.Rocks;

/// <summary>Opens databases on disk; owns the block cache and the write-buffer manager that all of them share. One per process.</summary>
public sealed class RocksStoreFactory(RocksSettings settings) : IStoreFactory, IDisposable
{
    /// <summary>The file that every RocksDB folder has.</summary>
    private const string MarkerFile = "CURRENT";

    private readonly RocksSharedMemory _memory = new(settings);

    public RocksSettings Settings { get; } = settings;

    public IReadOnlyList<string> FindFolders(string root) => !Directory.Exists(root) ? []
        : [.. Directory.EnumerateDirectories(root).Where(Exists).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    public bool Exists(string folder) => File.Exists(Path.Combine(folder, MarkerFile));

    public IOrderedStore Open(string folder) => RocksStore.Open(folder, Settings, _memory);

    public void Move(string folder, string to) => Directory.Move(folder, to);

    public void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>After the last store is disposed.</summary>
    public void Dispose() => _memory.Dispose();
}
