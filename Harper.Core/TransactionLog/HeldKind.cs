namespace Harper.Core.TransactionLog;

/// <summary>What a change of the log is that was set aside here (rule 24): it was not applied, and is passed on to nodes of ours as it came.</summary>
public enum HeldKind : byte
{
    /// <summary>It was not set aside.</summary>
    None,

    /// <summary>It could have been applied; another change of its transaction could not, and a transaction is whole or not at all.</summary>
    Plain,

    /// <summary>Its value has blobs.</summary>
    Blobs,

    /// <summary>The row lives elsewhere: only its indexed attributes are known.</summary>
    Invalidate,

    /// <summary>The row was moved to other nodes.</summary>
    Relocate,
}
