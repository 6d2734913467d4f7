using System.Buffers.Binary;

namespace Harper.Core.Wire.Data;

/// <summary>
/// Walks the audit records of one data message (one transaction), without copying. Use: <c>while (reader.MoveNext()) … reader.Current</c>;
/// the in-band position is known when it has ended.
/// </summary>
public ref struct DataMessageReader
{
    private const int SequenceUpdateLength = 9;

    private EntryEnumerator _entries;

    /// <exception cref="FrameError">When the message is shorter than its time, or above the limit.</exception>
    public DataMessageReader(ReadOnlyMemory<byte> message, FrameLimits limits)
    {
        if (message.Length > limits.MaxBytes) throw FrameError.TooLarge("a data message", message.Length, limits.MaxBytes);
        if (message.Length < 8) throw FrameError.Truncated("the transaction time");
        TransactionTime = BinaryPrimitives.ReadDoubleBigEndian(message.Span);
        if (!double.IsFinite(TransactionTime) || TransactionTime < 0) throw FrameError.Malformed("the transaction time is not a time");
        _entries = new EntryEnumerator(message[8..]);
    }

    /// <summary>The version of the transaction; for publish records that of the row.</summary>
    public double TransactionTime { get; }

    public AuditRecord Current { get; private set; }

    /// <summary>The sender's position after this message, when it stated one; known at the end of the walk.</summary>
    public double? SequenceUpdate { get; private set; }

    /// <exception cref="FrameError">When an entry is not what it should be.</exception>
    public bool MoveNext()
    {
        if (!_entries.MoveNext()) return false;
        var entry = _entries.Entry;
        if (entry.Length != SequenceUpdateLength || entry.Span[0] != (byte)AuditType.SequenceUpdate)
        {
            Current = _entries.Record;
            return true;
        }
        var position = BinaryPrimitives.ReadDoubleBigEndian(entry.Span[1..]);
        if (!double.IsFinite(position) || position < 0) throw FrameError.Malformed("the in-band position is not a position");
        if (!_entries.AtEnd) throw FrameError.Malformed("entries follow the in-band position");
        SequenceUpdate = position;
        return false;
    }
}
