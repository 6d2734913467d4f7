using Harper.Core.Storage;
using RocksDbSharp;

namespace Harper.Storage.Rocks;

/// <summary>RocksDB speaks in texts; this says what they mean and what an operator can do.</summary>
internal static class RocksFaults
{
    public static StoreException Map(RocksDbException exception, string folder)
    {
        var message = exception.Message;
        if (message.Contains("lock hold by current process", StringComparison.OrdinalIgnoreCase) || IsHeldLock(message))
            return new(StoreFault.Locked, $"The database folder {folder} is in use by another process (its LOCK file is held). Stop the other node, or give this one another root folder.", exception);
        if (message.Contains("Permission denied", StringComparison.OrdinalIgnoreCase) || message.Contains("Read-only file system", StringComparison.OrdinalIgnoreCase))
            return new(StoreFault.NoPermission, $"No permission to read and write the database folder {folder}: {message}", exception);
        if (message.Contains("No space left", StringComparison.OrdinalIgnoreCase) || message.Contains("Disk quota", StringComparison.OrdinalIgnoreCase))
            return new(StoreFault.DiskFull, $"The disk with the database folder {folder} is full: {message}", exception);
        if (message.Contains("Corruption", StringComparison.OrdinalIgnoreCase) || message.Contains("checksum", StringComparison.OrdinalIgnoreCase))
            return new(StoreFault.Corrupt, $"The database in {folder} is damaged: {message}. Move the folder away and start again: the node copies its data from its peers.", exception);
        return new(StoreFault.Failed, $"The store in {folder} failed: {message}", exception);
    }

    private static bool IsHeldLock(string message) =>
        message.Contains("lock", StringComparison.OrdinalIgnoreCase)
        && (message.Contains("Resource temporarily unavailable", StringComparison.OrdinalIgnoreCase) || message.Contains("already held", StringComparison.OrdinalIgnoreCase));
}
