namespace Harper.Core.Storage;

/// <summary>
/// Opens and removes stores by folder. RocksDB in production (one factory per process: it owns the shared block cache and write-buffer manager),
/// memory in specs. A store stays open until it is disposed; a folder is open at most once.
/// </summary>
public interface IStoreFactory
{
    /// <summary>Names of the folders directly below <paramref name="root"/> that hold a store; empty when the root does not exist.</summary>
    IReadOnlyList<string> FindFolders(string root);

    /// <summary>True when the folder holds a store.</summary>
    bool Exists(string folder);

    /// <summary>Opens the store in the folder, making both when they do not exist. Throws with a message for the operator when it cannot.</summary>
    IOrderedStore Open(string folder);

    /// <summary>Renames a folder whose store is disposed. Throws when the new name is taken.</summary>
    void Move(string folder, string to);

    /// <summary>Removes the folder with everything in it. The store in it must be disposed.</summary>
    void Remove(string folder);
}
