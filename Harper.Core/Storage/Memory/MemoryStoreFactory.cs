using System.Collections.Concurrent;

namespace Harper.Core.Storage.Memory;

/// <summary>Stores in memory by folder name. What was closed is there again when it is opened again.</summary>
public sealed class MemoryStoreFactory : IStoreFactory
{
    private readonly ConcurrentDictionary<string, MemoryStore> _stores = new(StringComparer.Ordinal);

    public IReadOnlyList<string> FindFolders(string root) =>
        [.. _stores.Keys.Where(folder => Path.GetDirectoryName(folder) == root.TrimEnd('/')).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    public bool Exists(string folder) => _stores.ContainsKey(folder);

    public IOrderedStore Open(string folder) => _stores.GetOrAdd(folder, static _ => new MemoryStore());

    /// <summary>The store of a folder, for specs that let it fail or lose power.</summary>
    public MemoryStore Find(string folder) => _stores[folder];

    public void Move(string folder, string to)
    {
        if (!_stores.TryRemove(folder, out var store) || !_stores.TryAdd(to, store)) throw new IOException($"{folder} cannot become {to}");
    }

    public void Remove(string folder) => _stores.TryRemove(folder, out _);
}
