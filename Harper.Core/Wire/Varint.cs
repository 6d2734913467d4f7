using System.Buffers.Binary;

namespace Harper.Core.Wire;

/// <summary>Lengths and ids of data messages: 1, 2, 4 or 5 bytes, big-endian, the top bits of the first byte tell which.</summary>
public static class Varint
{
    public const int MaxBytes = 5;

    /// <summary>Bytes that the value takes in its shortest form.</summary>
    public static int SizeOf(uint value) => value switch
    {
        < 0x80 => 1,
        < 0x4000 => 2,
        < 0x3f000000 => 4,
        _ => 5,
    };

    /// <summary>Writes the shortest form; returns its size.</summary>
    public static int Write(Span<byte> to, uint value)
    {
        switch (SizeOf(value))
        {
            case 1:
                to[0] = (byte)value;
                return 1;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(value | 0x8000));
                return 2;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(to, value | 0xC0000000);
                return 4;
            default:
                to[0] = 0xFF;
                BinaryPrimitives.WriteUInt32BigEndian(to[1..], value);
                return 5;
        }
    }

    /// <summary>Reads one; returns its size, or 0 when the bytes end before it does. A form longer than needed is accepted.</summary>
    public static int Read(ReadOnlySpan<byte> from, out uint value)
    {
        value = 0;
        if (from.IsEmpty) return 0;
        var first = from[0];
        if (first < 0x80)
        {
            value = first;
            return 1;
        }
        if (first < 0xC0)
        {
            if (from.Length < 2) return 0;
            value = (uint)(BinaryPrimitives.ReadUInt16BigEndian(from) & 0x7FFF);
            return 2;
        }
        if (first < 0xFF)
        {
            if (from.Length < 4) return 0;
            value = BinaryPrimitives.ReadUInt32BigEndian(from) & 0x3FFFFFFF;
            return 4;
        }
        if (from.Length < 5) return 0;
        value = BinaryPrimitives.ReadUInt32BigEndian(from[1..]);
        return 5;
    }
}
