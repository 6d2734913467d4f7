using System.Buffers;
using System.Buffers.Binary;
using Harper.Core.Keys;
using Harper.Core.Wire.Data;

namespace Harper.Tests.Support;

/// <summary>Data messages as originals write them, v5's references included.</summary>
internal static class OriginalMessages
{
    /// <summary>A record of table 8, in shape 0 of it: <c>id</c> and <c>name</c>.</summary>
    public static byte[] Entry(uint action, int origin, int id, double version) =>
        Entry(action, origin, id, version, (action & 0x0F) == 5 ? [0xA1, (byte)'p'] : [0xA1, (byte)'v']);

    /// <param name="name">The value of <c>name</c>; none: the record has no value.</param>
    public static byte[] Entry(uint action, int origin, int id, double version, byte[] name)
    {
        byte[] value = name.Length == 0 ? [] : [0x40, (byte)id, .. name];
        var record = new ArrayBufferWriter<byte>(64);
        var key = KeyCodec.FromNumber(id).Span;
        Varint(record, action);
        Varint(record, (uint)origin);
        Varint(record, 8);
        Varint(record, (uint)key.Length);
        record.Write(key);
        Double(record, version);
        if ((action & AuditAction.AuditReferences) != 0)
        {
            record.Write<byte>([2]);
            foreach (var reference in new[] { (version - 20, 0u), (version - 10, 3u) })
            {
                Double(record, reference.Item1);
                Varint(record, reference.Item2);
            }
        }

        Varint(record, 0);
        record.Write(value);
        var entry = new ArrayBufferWriter<byte>(64);
        Varint(entry, (uint)record.WrittenCount);
        entry.Write(record.WrittenSpan);
        return entry.WrittenSpan.ToArray();
    }

    public static byte[] Message(double time, double? position, params byte[][] entries)
    {
        var message = new ArrayBufferWriter<byte>(256);
        Double(message, time);
        foreach (var entry in entries) message.Write(entry);
        if (position is { } stated) AuditRecordWriter.WriteSequenceUpdate(message, stated);
        return message.WrittenSpan.ToArray();
    }

    private static void Varint(ArrayBufferWriter<byte> to, uint value) => to.Advance(Harper.Core.Wire.Varint.Write(to.GetSpan(5), value));

    private static void Double(ArrayBufferWriter<byte> to, double value)
    {
        BinaryPrimitives.WriteDoubleBigEndian(to.GetSpan(8), value);
        to.Advance(8);
    }
}
