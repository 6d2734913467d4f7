namespace Harper.Core.Wire;

/// <summary>What is wrong with a frame. Stable: logs, metrics and quarantine reasons name it.</summary>
public enum FrameErrorCode : byte
{
    /// <summary>The bytes end before what they announce.</summary>
    Truncated,

    /// <summary>A length or count above the limits: nothing was allocated for it.</summary>
    TooLarge,

    /// <summary>Not what the protocol says at this place.</summary>
    Malformed,

    /// <summary>Nested more deeply than allowed.</summary>
    TooDeep,

    /// <summary>The checksum of one of our messages does not fit its bytes.</summary>
    Checksum,

    /// <summary>An origin id that no 141 of this connection explained (rule 19).</summary>
    UnknownOrigin,

    /// <summary>A table id that no 132 of this connection bound.</summary>
    UnknownTable,

    /// <summary>A record value that its structures do not explain.</summary>
    UndecodableValue,

    /// <summary>We were about to send what the peer could not understand: a fault of ours, not of the bytes.</summary>
    NotAnnounced,
}
