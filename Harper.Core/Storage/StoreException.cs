namespace Harper.Core.Storage;

/// <summary>What is the matter with a store.</summary>
public enum StoreFault
{
    /// <summary>Another process holds the folder.</summary>
    Locked,

    /// <summary>The folder or a file in it cannot be read or written.</summary>
    NoPermission,

    /// <summary>The disk has no room.</summary>
    DiskFull,

    /// <summary>Bytes are not what was written.</summary>
    Corrupt,

    /// <summary>Written by a version of this program that this one does not understand.</summary>
    UnknownFormat,

    /// <summary>Anything else that the store reports.</summary>
    Failed,
}

/// <summary>The one exception of stores: what is the matter, in words for an operator. The database that meets it stops.</summary>
public sealed class StoreException(StoreFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreFault Fault { get; } = fault;
}
