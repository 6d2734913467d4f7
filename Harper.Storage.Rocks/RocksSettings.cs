namespace Harper.Storage.Rocks;

/// <summary>Memory that all databases of a process share (<c>storage.*</c>), so that a thousand databases take no more than one.</summary>
public sealed record RocksSettings
{
    public static readonly RocksSettings Default = new();

    public long BlockCacheBytes { get; init; } = 32L << 20;

    /// <summary>All write buffers of all databases together.</summary>
    public long WriteBuffersBytes { get; init; } = 48L << 20;

    /// <summary>One write buffer of one family.</summary>
    public long WriteBufferBytes { get; init; } = 8L << 20;

    /// <summary>LZ4 on all levels: half the bytes for little CPU.</summary>
    public bool Compression { get; init; } = true;
}
