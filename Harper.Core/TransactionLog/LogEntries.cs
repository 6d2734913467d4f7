using System.Buffers;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.TransactionLog;

/// <summary>
/// How entries lie in the log family: the whole length first, then the entry, cut into parts of 1 MiB (rule 27). The store moves parts about in
/// pieces that its buffers are made for, whatever the size of a transaction.
/// </summary>
internal static class LogEntries
{
    public const int MaxPartBytes = 1 << 20;

    private const int HeaderBytes = 4;

    /// <summary>Room for the length, which is known when the entry is written.</summary>
    public static ByteBuilder Begin(ByteBuilder to) => to.Clear().UInt32(0);

    /// <summary>Puts what was written since <see cref="Begin"/>; returns the entry's length.</summary>
    public static int Put(IStoreBatch batch, double position, ByteBuilder begun, ByteBuilder key)
    {
        var length = begun.Length - HeaderBytes;
        begun.SetUInt32(0, (uint)length);
        StoreKeys.Log(key.Clear(), position, 0);
        batch.Put(Family.Log, key.Written, begun.Written[..Math.Min(begun.Length, HeaderBytes + MaxPartBytes)]);
        for (var part = 1; part < Parts(length); part++)
        {
            var rest = begun.Written[(HeaderBytes + part * MaxPartBytes)..];
            StoreKeys.Log(key.Clear(), position, part);
            batch.Put(Family.Log, key.Written, rest[..Math.Min(rest.Length, MaxPartBytes)]);
        }

        return length;
    }

    public static void Delete(IStoreBatch batch, double position, int length, ByteBuilder key)
    {
        for (var part = 0; part < Parts(length); part++)
        {
            StoreKeys.Log(key.Clear(), position, part);
            batch.Delete(Family.Log, key.Written);
        }
    }

    /// <summary>The entry that the cursor stands on the first part of, in an array of its own. The cursor is left on its last part.</summary>
    public static byte[] Read(IStoreCursor cursor)
    {
        var parser = new ByteParser(cursor.Value);
        var length = parser.UInt32();
        if (length > int.MaxValue) throw new StoreException(StoreFault.Corrupt, "a log entry has no length");
        var first = parser.Bytes(Math.Min(length, MaxPartBytes));
        var entry = new byte[length];
        first.CopyTo(entry);
        for (var part = 1; part < Parts(length); part++)
        {
            cursor.Next();
            if (!cursor.Valid || StoreKeys.IsFirstPart(cursor.Key)) throw new StoreException(StoreFault.Corrupt, "a log entry lacks a part");
            cursor.Value.CopyTo(entry.AsSpan(part * MaxPartBytes));
        }

        return entry;
    }

    /// <summary>The beginning of the entry: at least what says whose it is.</summary>
    public static ReadOnlySpan<byte> Beginning(ReadOnlySpan<byte> firstPart, out long length)
    {
        var parser = new ByteParser(firstPart);
        length = parser.UInt32();
        return firstPart[parser.Position..];
    }

    private static int Parts(long length) => (int)Math.Max(1, (length + MaxPartBytes - 1) / MaxPartBytes);
}
