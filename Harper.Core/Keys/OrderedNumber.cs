using System.Buffers.Binary;
using System.Numerics;

namespace Harper.Core.Keys;

/// <summary>
/// Numbers in ordered-binary: a type nibble and the 64 bits of the float64 (complemented when negative), trailing zeros dropped
/// except inside arrays. A big integer between two doubles is the lower one followed by what is missing, four bits and then
/// seven at a time.
/// </summary>
internal static class OrderedNumber
{
    /// <summary>Bytes of a number that is not shortened.</summary>
    public const int FullBytes = 9;

    private const ulong PositiveTag = 1UL << 60;
    private const ulong AllButSign = long.MaxValue;
    private const int ExponentOfLastFourBits = 1079;

    /// <summary>Writes 9 bytes, and returns how many of them are the key.</summary>
    public static int Write(Span<byte> into, double number, bool inArray)
    {
        var bits = BitConverter.DoubleToUInt64Bits(number + 0.0);
        if ((long)bits < 0)
        {
            bits ^= AllButSign;
            BinaryPrimitives.WriteUInt64BigEndian(into, bits >> 4);
            into[8] = (byte)(bits << 4);
            return FullBytes;
        }

        BinaryPrimitives.WriteUInt64BigEndian(into, PositiveTag | bits >> 4);
        into[8] = (byte)(bits << 4);
        if (inArray || (bits & 0xF) != 0) return FullBytes;
        if ((bits & 0xF_FFFF) != 0) return 8;
        return (bits & 0xF_FFFF_FFFF) != 0 ? 6 : 4;
    }

    /// <summary>The number that up to 9 bytes stand for; missing bytes are zero.</summary>
    public static double Read(ReadOnlySpan<byte> bytes)
    {
        Span<byte> full = stackalloc byte[FullBytes];
        full.Clear();
        bytes[..Math.Min(bytes.Length, FullBytes)].CopyTo(full);
        var bits = BinaryPrimitives.ReadUInt64BigEndian(full) << 4 | (uint)full[8] >> 4;
        return BitConverter.UInt64BitsToDouble(full[0] < 0x10 ? bits ^ AllButSign : bits);
    }

    /// <summary>Writes a big integer that no double equals. The span has room for <see cref="BigBytes"/>.</summary>
    public static int WriteBig(Span<byte> into, BigInteger number, double floor)
    {
        Write(into, floor, inArray: true);
        var missing = number - new BigInteger(floor);
        var exponent = ExponentOf(floor);
        var bits = Shift(missing, -exponent);
        into[8] |= (byte)bits;
        missing -= Shift(bits, exponent);
        var length = FullBytes;
        do
        {
            exponent -= 7;
            bits = Shift(missing, -exponent);
            into[length++] = (byte)((byte)bits | 0x80);
            missing -= Shift(bits, exponent);
        }
        while (!missing.IsZero);
        return length;
    }

    public static int BigBytes(BigInteger number) => FullBytes + 2 + number.GetByteCount() * 8 / 7;

    /// <summary>The big integer that 9 bytes and their continuation stand for.</summary>
    public static BigInteger ReadBig(ReadOnlySpan<byte> bytes)
    {
        var floor = Read(bytes);
        if (!double.IsFinite(floor)) throw new KeyFormatException("A big integer in a key has no value.");
        var exponent = ExponentOf(floor);
        var number = new BigInteger(floor) + Shift(bytes[8] & 0xF, exponent);
        foreach (var next in bytes[FullBytes..])
        {
            exponent -= 7;
            number += Shift(next & 0x7F, exponent);
        }

        return number;
    }

    /// <summary>The greatest double that is not above the number; null when it is beyond all doubles.</summary>
    public static double? Floor(BigInteger number)
    {
        var floor = (double)number;
        // Below 2^53 every integer is a double, and there are too many doubles between two integers to walk.
        if (BigInteger.Abs(number) <= 1L << 53) return floor;
        if (!double.IsFinite(floor)) return null;
        while (new BigInteger(floor) > number) floor = Math.BitDecrement(floor);
        while (Math.BitIncrement(floor) is var next && double.IsFinite(next) && new BigInteger(next) <= number) floor = next;
        return floor;
    }

    private static int ExponentOf(double number) => (int)(BitConverter.DoubleToUInt64Bits(number) >> 52 & 0x7FF) - ExponentOfLastFourBits;

    private static BigInteger Shift(BigInteger number, int left) => left >= 0 ? number << left : number >> -left;
}
