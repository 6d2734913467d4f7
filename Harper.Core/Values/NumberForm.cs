using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Harper.Core.Values;

/// <summary>
/// The one way in which a number is written: integers of up to 32 bits in the fewest bytes, all others as float64.
/// </summary>
internal static class NumberForm
{
    public const int MaxBytes = 9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(Span<byte> into, double value)
    {
        var integer = (long)value;
        return integer == value && integer is >= int.MinValue and <= uint.MaxValue ? Write(into, integer) : WriteFloat(into, value);
    }

    public static int Write(Span<byte> into, long value)
    {
        switch (value)
        {
            // 0x20..0x7F would be taken for a struct or record token, so only the lowest fixints are used.
            case >= 0 and < 0x20 or < 0 and >= -0x20:
                into[0] = (byte)value;
                return 1;
            case >= 0 and <= 0xFF:
                into[1] = (byte)value;
                into[0] = 0xCC;
                return 2;
            case >= 0 and <= 0xFFFF:
                BinaryPrimitives.WriteUInt16BigEndian(into[1..], (ushort)value);
                into[0] = 0xCD;
                return 3;
            case >= 0 and <= uint.MaxValue:
                BinaryPrimitives.WriteUInt32BigEndian(into[1..], (uint)value);
                into[0] = 0xCE;
                return 5;
            case < 0 and >= sbyte.MinValue:
                into[1] = (byte)value;
                into[0] = 0xD0;
                return 2;
            case < 0 and >= short.MinValue:
                BinaryPrimitives.WriteInt16BigEndian(into[1..], (short)value);
                into[0] = 0xD1;
                return 3;
            case < 0 and >= int.MinValue:
                BinaryPrimitives.WriteInt32BigEndian(into[1..], (int)value);
                into[0] = 0xD2;
                return 5;
            default:
                return WriteFloat(into, value);
        }
    }

    public static int WriteFloat(Span<byte> into, double value)
    {
        BinaryPrimitives.WriteDoubleBigEndian(into[1..], value);
        into[0] = 0xCB;
        return 9;
    }
}
