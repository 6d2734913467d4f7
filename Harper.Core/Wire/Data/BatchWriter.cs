using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Harper.Core.TransactionLog;

namespace Harper.Core.Wire.Data;

/// <summary>Fills batches up to 64 KiB, one section per transaction, and closes each with its checksum.</summary>
public sealed class BatchWriter(bool parts)
{
    public const int AimedAtBytes = 64 * 1024;
    private const int HeadLength = 5;
    private const int KeptBytes = 2 << 20;

    private ArrayBufferWriter<byte> _batch = new(AimedAtBytes);

    public void Transaction(
        LoggedTransaction transaction, int origin, ReadOnlySpan<byte> user, ReadOnlySpan<byte> entries, ICollection<byte[]> messages)
    {
        var length = 1 + Varint.SizeOf((uint)origin) + 24 + Varint.SizeOf((uint)user.Length) + user.Length + entries.Length;
        Begin(length, messages);
        var span = _batch.GetSpan(Varint.MaxBytes + length);
        var at = Varint.Write(span, (uint)length);
        span[at++] = (byte)SectionKind.Transaction;
        at += Varint.Write(span[at..], (uint)origin);
        BinaryPrimitives.WriteDoubleBigEndian(span[at..], transaction.Stamp.Version);
        BinaryPrimitives.WriteDoubleBigEndian(span[(at + 8)..], transaction.Previous);
        BinaryPrimitives.WriteDoubleBigEndian(span[(at + 16)..], transaction.Position);
        at += 24;
        at += Varint.Write(span[at..], (uint)user.Length);
        user.CopyTo(span[at..]);
        at += user.Length;
        entries.CopyTo(span[at..]);
        _batch.Advance(at + entries.Length);
        if (_batch.WrittenCount >= AimedAtBytes) Flush(messages);
    }

    /// <summary>Rows of a copy: each record carries its own stamp.</summary>
    public void CopiedRows(ReadOnlySpan<byte> entries, ICollection<byte[]> messages) => Section(SectionKind.CopiedRows, entries, messages);

    /// <summary>A section of a kind that has nothing before its bytes.</summary>
    public void Section(SectionKind kind, ReadOnlySpan<byte> bytes, ICollection<byte[]> messages)
    {
        Begin(bytes.Length, messages);
        var span = _batch.GetSpan(Varint.MaxBytes + 1 + bytes.Length);
        var at = Varint.Write(span, (uint)bytes.Length + 1);
        span[at++] = (byte)kind;
        bytes.CopyTo(span[at..]);
        _batch.Advance(at + bytes.Length);
        if (_batch.WrittenCount >= AimedAtBytes) Flush(messages);
    }

    public void Flush(ICollection<byte[]> messages)
    {
        if (_batch.WrittenCount == 0) return;
        var message = MemoryMarshal.AsMemory(_batch.WrittenMemory).Span;
        message[0] = (byte)MessageForm.Batch;
        BinaryPrimitives.WriteUInt32BigEndian(message[1..], Checksum.Of(message[HeadLength..]));
        if (parts) MessageParts.Split(message, messages);
        else messages.Add(message.ToArray());
        // A rare large message must not keep its buffer for the rest of the connection's life.
        if (_batch.Capacity > KeptBytes) _batch = new ArrayBufferWriter<byte>(AimedAtBytes);
        _batch.ResetWrittenCount();
    }

    /// <summary>What waits for a flush is not wanted any more.</summary>
    public void Drop() => _batch.ResetWrittenCount();

    private void Begin(int coming, ICollection<byte[]> messages)
    {
        if (_batch.WrittenCount > 0 && _batch.WrittenCount + coming > 2 * AimedAtBytes) Flush(messages);
        if (_batch.WrittenCount > 0) return;
        _batch.GetSpan(HeadLength)[..HeadLength].Clear();
        _batch.Advance(HeadLength);
    }
}
