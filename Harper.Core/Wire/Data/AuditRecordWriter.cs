using System.Buffers;
using System.Buffers.Binary;
using Harper.Core.Transactions;

namespace Harper.Core.Wire.Data;

/// <summary>Writes one audit record with its length before it.</summary>
public static class AuditRecordWriter
{
    /// <param name="head">What names the value's shape; the value itself follows unchanged.</param>
    /// <param name="user">Ordered-binary; empty: none.</param>
    public static void Write(
        IBufferWriter<byte> to, uint action, int origin, int table, ReadOnlySpan<byte> key, double version, double? expiresAt,
        OriginatingOperation operation, ReadOnlySpan<byte> user, ReadOnlySpan<byte> head, ReadOnlySpan<byte> value)
    {
        if (expiresAt is not null) action |= AuditAction.ExpiresAt;
        if (operation != OriginatingOperation.None) action |= AuditAction.Operation;
        // As the original: one byte, or four as soon as one of the higher bits is set.
        var actionSize = action < 0x80 ? 1 : 4;
        var length = actionSize + Varint.SizeOf((uint)origin) + Varint.SizeOf((uint)table) + Varint.SizeOf((uint)key.Length) + key.Length +
            8 + (expiresAt is null ? 0 : 8) + (operation == OriginatingOperation.None ? 0 : 1) + Varint.SizeOf((uint)user.Length) +
            user.Length + head.Length + value.Length;
        var span = to.GetSpan(Varint.MaxBytes + length);
        var at = Varint.Write(span, (uint)length);
        if (actionSize == 1) span[at] = (byte)action;
        else BinaryPrimitives.WriteUInt32BigEndian(span[at..], action | 0xC0000000);
        at += actionSize;
        at += Varint.Write(span[at..], (uint)origin);
        at += Varint.Write(span[at..], (uint)table);
        at += Varint.Write(span[at..], (uint)key.Length);
        key.CopyTo(span[at..]);
        at += key.Length;
        BinaryPrimitives.WriteDoubleBigEndian(span[at..], version);
        at += 8;
        if (expiresAt is { } expiry)
        {
            BinaryPrimitives.WriteDoubleBigEndian(span[at..], expiry);
            at += 8;
        }
        if (operation != OriginatingOperation.None) span[at++] = (byte)operation;
        at += Varint.Write(span[at..], (uint)user.Length);
        user.CopyTo(span[at..]);
        at += user.Length;
        head.CopyTo(span[at..]);
        at += head.Length;
        value.CopyTo(span[at..]);
        to.Advance(at + value.Length);
    }

    /// <summary>The in-band position: always the last element of a message.</summary>
    public static void WriteSequenceUpdate(IBufferWriter<byte> to, double position)
    {
        var span = to.GetSpan(10);
        span[0] = 9;
        span[1] = (byte)AuditType.SequenceUpdate;
        BinaryPrimitives.WriteDoubleBigEndian(span[2..], position);
        to.Advance(10);
    }
}
