namespace Harper.Core.Wire.Data;

/// <summary>
/// What the first byte of a data message says. Originals' messages begin with a time, whose first byte is 0x42 from 1970 to far beyond
/// any use; the lower values are ours and are only sent to nodes that announced them.
/// </summary>
public enum MessageForm : byte
{
    /// <summary>Several transactions: <see cref="WireCapabilities.Batches"/>.</summary>
    Batch = 0x01,

    /// <summary>A piece of a batch: <see cref="WireCapabilities.Parts"/>.</summary>
    Part = 0x02,

    /// <summary>One transaction, as all nodes understand it. Any other value below 0x80 is the beginning of a time too.</summary>
    Transaction = 0x42,
}

/// <summary>What a section of a batch holds.</summary>
public enum SectionKind : byte
{
    Transaction = 0,
    CopiedRows = 1,

    /// <summary>A transaction that was set aside at the source of a copy.</summary>
    Held = 2,

    /// <summary>Content of a blob that a transaction after it speaks of.</summary>
    Blob = 3,
}
