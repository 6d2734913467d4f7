namespace Harper.Core.Sessions;

/// <summary>What kind of node is at the other end of a connection, as its NODE_NAME tells.</summary>
public enum PeerKind : byte
{
    Unknown,

    /// <summary>One of ours: vectors, batches, gap detection.</summary>
    Ours,

    /// <summary>An original that says no more than 4.7.29 does.</summary>
    Original4,

    /// <summary>An original that announces what v5 does: copy markers, exclusion lists, true origins in copies.</summary>
    Original5,
}
