using System.Buffers.Binary;

namespace Harper.Core.Wire.Control;

/// <summary>The standard timestamp extension of MessagePack: 4, 8 or 12 bytes.</summary>
internal static class ControlTimestamp
{
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DateTime time)
    {
        time = default;
        long seconds;
        uint nanoseconds = 0;
        switch (bytes.Length)
        {
            case 4:
                seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes);
                break;
            case 8:
                var packed = BinaryPrimitives.ReadUInt64BigEndian(bytes);
                seconds = (long)(packed & 0x3FFFFFFFF);
                nanoseconds = (uint)(packed >> 34);
                break;
            case 12:
                nanoseconds = BinaryPrimitives.ReadUInt32BigEndian(bytes);
                seconds = BinaryPrimitives.ReadInt64BigEndian(bytes[4..]);
                break;
            default: return false;
        }
        if (seconds is < -62135596800 or > 253402300799 || nanoseconds > 999_999_999) return false;
        time = DateTime.UnixEpoch.AddSeconds(seconds).AddTicks(nanoseconds / 100);
        return true;
    }
}
