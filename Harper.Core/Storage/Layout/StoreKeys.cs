using System.Buffers.Binary;

namespace Harper.Core.Storage.Layout;

/// <summary>
/// Where things lie in the store. Rows: table id and key. Index: table id, attribute id, escaped value, key. Log: position, and a part number for
/// what does not fit into one entry. Ids are big-endian, so that a table and an attribute are each one unbroken range.
/// </summary>
internal static class StoreKeys
{
    public const int TablePrefix = 4;
    public const int IndexPrefix = 6;

    /// <summary>Index entries under this attribute id say from which version on a row can be settled: tombstones and counters (rule 25).</summary>
    public const ushort SettleAttribute = 0;

    /// <summary>Index entries under this attribute id say when a row expires (rule 10).</summary>
    public const ushort ExpiryAttribute = 0xFFFF;

    /// <summary>The highest id that a real attribute may have.</summary>
    public const int MaxAttributeId = 0xFFFE;

    public static void Row(ByteBuilder to, int table, ReadOnlySpan<byte> key) => to.UInt32((uint)table).Bytes(key);

    public static void IndexStart(ByteBuilder to, int table, int attribute) => to.UInt32((uint)table).UInt16((ushort)attribute);

    /// <summary>The key of a row of the settle or expiry index: a number of milliseconds, then the row's key.</summary>
    public static void Timed(ByteBuilder to, int table, ushort attribute, double time, ReadOnlySpan<byte> key)
    {
        IndexStart(to, table, attribute);
        to.Double(time).Bytes(key);
    }

    public static double TimeOf(ReadOnlySpan<byte> timedKey) => BinaryPrimitives.ReadDoubleBigEndian(timedKey[IndexPrefix..]);

    public static ReadOnlySpan<byte> KeyOfTimed(ReadOnlySpan<byte> timedKey) => timedKey[(IndexPrefix + 8)..];

    public static byte[] Table(int table)
    {
        var prefix = new byte[TablePrefix];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, (uint)table);
        return prefix;
    }

    public static byte[] Attribute(int table, int attribute)
    {
        var prefix = new byte[IndexPrefix];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, (uint)table);
        BinaryPrimitives.WriteUInt16BigEndian(prefix.AsSpan(4), (ushort)attribute);
        return prefix;
    }

    /// <summary>The first key after all keys with this prefix: the prefix counted one up.</summary>
    public static byte[] After(ReadOnlySpan<byte> prefix)
    {
        var end = prefix.ToArray();
        for (var i = end.Length - 1; i >= 0; i--)
            if (++end[i] != 0)
                return end;
        throw new ArgumentException("no key follows a prefix of nothing but 0xFF", nameof(prefix));
    }

    /// <summary>Positions are positive, so their bits order as they do.</summary>
    public static void Log(ByteBuilder to, double position, int part)
    {
        to.Double(position);
        if (part > 0) to.UInt16((ushort)part);
    }

    public static double PositionOf(ReadOnlySpan<byte> logKey) => BinaryPrimitives.ReadDoubleBigEndian(logKey);

    public static bool IsFirstPart(ReadOnlySpan<byte> logKey) => logKey.Length == 8;
}
