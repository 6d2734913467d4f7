using System.Buffers.Binary;
using System.Globalization;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>
/// The number slots of typed structs: one byte, four bytes (an integer or a float32 that stands for a short decimal) or eight.
/// </summary>
internal static class TypedNumber
{
    public const byte FirstConstant = 0xF6;

    private const int IntegersBelow = 0x2000_0000;
    private const int IntegersAbove = -0x1F00_0000;

    private static readonly double[] DecimalScales = MakeScales();

    public static void Transcode(ReadOnlySpan<byte> slot, ValueWriter into)
    {
        switch (slot.Length)
        {
            case 1:
                if (slot[0] < FirstConstant) into.Number((long)slot[0]);
                else Constant(slot[0], into);
                break;
            case 4:
                Transcode4(slot, into);
                break;
            default:
                var number = BinaryPrimitives.ReadDoubleLittleEndian(slot);
                if (double.IsNaN(number) && slot[0] >= FirstConstant) Constant(slot[0], into);
                else into.Number(number);
                break;
        }
    }

    public static void Constant(byte constant, ValueWriter into)
    {
        switch (constant)
        {
            case 0xF6:
                into.Null();
                break;
            case 0xF7:
                into.Undefined();
                break;
            case 0xF8:
                into.Boolean(false);
                break;
            case 0xF9:
                into.Boolean(true);
                break;
            default:
                throw new ValueFormatException($"A typed struct has the constant 0x{constant:x2}.");
        }
    }

    private static void Transcode4(ReadOnlySpan<byte> slot, ValueWriter into)
    {
        var integer = BinaryPrimitives.ReadInt32LittleEndian(slot);
        if (integer is > IntegersAbove and < IntegersBelow) into.Number((long)integer);
        else if (integer is > -IntegersBelow and <= IntegersAbove) Constant(slot[0], into);
        else into.Number(ReadDecimal(slot));
    }

    // The float32 was chosen because it has the same leading digits as the decimal number that was written: round to those
    // digits.
    private static double ReadDecimal(ReadOnlySpan<byte> slot)
    {
        var number = BinaryPrimitives.ReadSingleLittleEndian(slot);
        if (!float.IsFinite(number)) return number;
        var scale = DecimalScales[(slot[3] & 0x7F) << 1 | slot[2] >> 7];
        return (int)(scale * number + (number > 0 ? 0.5 : -0.5)) / scale;
    }

    private static double[] MakeScales()
    {
        var scales = new double[256];
        for (var exponent = 0; exponent < scales.Length; exponent++)
            scales[exponent] = double.Parse($"1e{(int)Math.Floor(45.15 - exponent * 0.30103)}", CultureInfo.InvariantCulture);
        return scales;
    }
}
