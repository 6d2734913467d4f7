using Harper.Core.Keys;
using Harper.Core.Values;

namespace Harper.Core.Wire.Data;

/// <summary>How long a transaction is on the wire at most: originals take no parts, and nothing above their replication.maxPayload (rule 27).</summary>
public static class MessageBounds
{
    /// <summary>Below the 100,000,000 bytes of replication.maxPayload, with room for what stands before and behind.</summary>
    public const long MaxMessageBytes = 96_000_000;

    /// <summary>Length, action, ids, times and user of a record, and the head of a shape.</summary>
    private const int RecordBytes = 64;

    /// <summary>With its names written out, as they are once a connection knows 32 shapes.</summary>
    public static long AtMost(in RecordKey key, in EncodedRecord value) => RecordBytes + key.Length + value.Shape.NameBytes + value.Values.Length;
}
