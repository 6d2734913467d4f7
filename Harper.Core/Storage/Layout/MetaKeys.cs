using System.Buffers.Binary;
using System.Numerics;

namespace Harper.Core.Storage.Layout;

/// <summary>What the meta family holds: one entry per fact, each with a checksum of its own.</summary>
internal enum MetaKind : byte
{
    Format = 1,
    Table,
    Origin,
    Shape,
    RowCount,
    LogBytes,
    Incarnation,
    Head,
    HasHistory,
    Through,
    Floor,
    Cursor,
    Confirmed,
    PeerIncarnation,
    Copy,
    Taken,
    Given,
    Seen,
    Since,
    Rest,
    Covers,
    Parts,
}

/// <summary>Keys of the meta family, and the checksum around its values.</summary>
internal static class MetaKeys
{
    /// <summary>Raised when a reader of the earlier form could not understand what is written.</summary>
    public const byte Format = 1;

    public static void Write(ByteBuilder to, MetaKind kind, int first = 0, int second = 0)
    {
        to.Byte((byte)kind);
        if (first != 0) to.UInt32((uint)first);
        if (second != 0) to.UInt32((uint)second);
    }

    public static MetaKind Kind(ReadOnlySpan<byte> key) => (MetaKind)key[0];

    public static int First(ReadOnlySpan<byte> key) => key.Length < 5 ? 0 : (int)BinaryPrimitives.ReadUInt32BigEndian(key[1..]);

    public static int Second(ReadOnlySpan<byte> key) => key.Length < 9 ? 0 : (int)BinaryPrimitives.ReadUInt32BigEndian(key[5..]);

    /// <summary>Puts the entry with its checksum behind it. The checksum covers the key, so that no entry passes for another.</summary>
    public static void Put(IStoreBatch batch, ReadOnlySpan<byte> key, ByteBuilder value)
    {
        value.UInt32(Checksum(key, value.Written));
        batch.Put(Family.Meta, key, value.Written);
    }

    /// <summary>The value without its checksum; false when it is not what was written.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (stored.Length < 4) return false;
        value = stored[..^4];
        return BinaryPrimitives.ReadUInt32BigEndian(stored[^4..]) == Checksum(key, value);
    }

    private static uint Checksum(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var sum = uint.MaxValue;
        foreach (var b in key) sum = BitOperations.Crc32C(sum, b);
        while (value.Length >= 8)
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(value));
            value = value[8..];
        }

        foreach (var b in value) sum = BitOperations.Crc32C(sum, b);
        return ~sum;
    }
}
