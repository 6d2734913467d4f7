using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.TransactionLog;

/// <summary>Reads stretches of the log, never beyond what is durable. Safe for any thread.</summary>
internal sealed class LogScan(DatabaseState state)
{
    public LogStretch Read(double after, double head, int maxBytes)
    {
        var found = ImmutableArray.CreateBuilder<LoggedTransaction>();
        var through = after;
        var bytes = 0L;
        using var cursor = state.Store.Cursor(Family.Log);
        for (Seek(cursor, Math.BitIncrement(Math.Max(after, 0))); cursor.Valid && bytes < maxBytes; cursor.Next())
        {
            if (!StoreKeys.IsFirstPart(cursor.Key)) continue;
            var position = StoreKeys.PositionOf(cursor.Key);
            if (position > head) break;
            var transaction = ReadEntry(cursor, position);
            found.Add(transaction);
            bytes += transaction.Bytes;
            through = position;
        }

        return new LogStretch(found.DrainToImmutable(), through);
    }

    public LogStretch ReadBackwards(double before, double head, int maxBytes)
    {
        var found = ImmutableArray.CreateBuilder<LoggedTransaction>();
        var through = 0d;
        var bytes = 0L;
        using var cursor = state.Store.Cursor(Family.Log);

        // One past the head, because the parts of the last entry lie behind its first.
        var key = new ByteBuilder(16).Double(before > head ? Math.BitIncrement(head) : before);
        for (cursor.SeekForPrevious(key.Written); cursor.Valid; cursor.Previous())
        {
            if (!StoreKeys.IsFirstPart(cursor.Key)) continue;
            var position = StoreKeys.PositionOf(cursor.Key);
            if (position >= before || position > head) continue;
            if (bytes >= maxBytes) return new LogStretch(found.DrainToImmutable(), through);
            found.Add(ReadEntry(cursor, position));
            bytes += found[^1].Bytes;
            through = position;
            Seek(cursor, position);
        }

        return new LogStretch(found.DrainToImmutable(), 0);
    }

    private LoggedTransaction ReadEntry(IStoreCursor cursor, double position) =>
        LogEntryCodec.Read(position, LogEntries.Read(cursor), state.LogTable, state.Origins);

    private static void Seek(IStoreCursor cursor, double position)
    {
        Span<byte> key = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleBigEndian(key, position);
        cursor.Seek(key);
    }
}
