using System.Buffers.Binary;

namespace Harper.Core.Values;

/// <summary>
/// The timestamp extension (type -1) in its 4, 8 and 12 byte forms, as JavaScript dates: whole milliseconds since 1970.
/// </summary>
internal static class DateForm
{
    public const int MaxBytes = 15;

    /// <summary>The range of JavaScript dates: 100,000,000 days around 1970.</summary>
    public const double MaxMilliseconds = 8.64e15;

    public static int Write(Span<byte> into, double milliseconds)
    {
        if (!(Math.Abs(milliseconds) <= MaxMilliseconds))
        {
            into[0] = 0xD4;
            into[1] = 0xFF;
            into[2] = 0;
            return 3;
        }

        var whole = (long)milliseconds;
        var seconds = Math.DivRem(whole, 1000, out var rest);
        if (rest < 0) (seconds, rest) = (seconds - 1, rest + 1000);
        if (rest == 0 && seconds is >= 0 and <= uint.MaxValue)
        {
            into[0] = 0xD6;
            into[1] = 0xFF;
            BinaryPrimitives.WriteUInt32BigEndian(into[2..], (uint)seconds);
            return 6;
        }

        if (seconds is >= 0 and < 1L << 34)
        {
            into[0] = 0xD7;
            into[1] = 0xFF;
            BinaryPrimitives.WriteUInt64BigEndian(into[2..], ((ulong)rest * 1_000_000 << 34) | (ulong)seconds);
            return 10;
        }

        into[0] = 0xC7;
        into[1] = 12;
        into[2] = 0xFF;
        BinaryPrimitives.WriteUInt32BigEndian(into[3..], (uint)rest * 1_000_000);
        BinaryPrimitives.WriteInt64BigEndian(into[7..], seconds);
        return 15;
    }

    public static double Read(ReadOnlySpan<byte> content) => content.Length switch
    {
        4 => BinaryPrimitives.ReadUInt32BigEndian(content) * 1000.0,
        8 when BinaryPrimitives.ReadUInt64BigEndian(content) is var both => Combine((long)(both & 0x3_FFFF_FFFF), (uint)(both >> 34)),
        12 => Combine(BinaryPrimitives.ReadInt64BigEndian(content[4..]), BinaryPrimitives.ReadUInt32BigEndian(content)),
        _ => double.NaN,
    };

    private static double Combine(long seconds, uint nanoseconds)
    {
        var milliseconds = Math.Truncate(seconds * 1000.0 + nanoseconds / 1_000_000);
        return Math.Abs(milliseconds) <= MaxMilliseconds ? milliseconds : double.NaN;
    }
}
