using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>What keeps the store small: expired rows, settled tombstones and counters, the old end of the log. None of it is logged.</summary>
internal static class MaintenanceResolution
{
    /// <summary>How much of the log or how many rows one request may touch: others wait meanwhile. Callers ask again until nothing is left.</summary>
    private const long MaxTrimBytes = 64L << 20;

    private const int MaxSettledRows = 10_000;

    /// <summary>Turns expired rows into tombstones with the stamp of what they were, so that the same change does not bring them back.</summary>
    public static CommitResult Evict(CommitGroup group, CommitRequest.Evict request)
    {
        if (!group.State.Tables.TryGetValue(request.Table, out var table)) return new CommitResult.Maintained(0);
        var grace = (table.Definition.EvictionSeconds ?? 0) * 1000;
        var evicted = 0L;
        foreach (var key in Due(group, table, StoreKeys.ExpiryAttribute, group.Now - grace, request.MaxRows))
        {
            var row = group.Find(table, key);
            if (row.Current is not { Exists: true } current || !(current.ExpiresAt + grace <= group.Now)) continue;

            // The time stays, so that the tombstone is as absent to digests and copies as the row was.
            group.Replace(row, new Row(current.Latest, false, EncodedRecord.Empty, [], [], current.ExpiresAt));
            evicted++;
        }

        return new CommitResult.Maintained(evicted);
    }

    /// <summary>Deletes rows here and nowhere else, and marks the table.</summary>
    public static CommitResult DeleteHere(CommitGroup group, CommitRequest.DeleteHere request)
    {
        if (!group.State.Tables.TryGetValue(request.Table, out var table)) return new CommitResult.Maintained(0);
        var deleted = 0L;
        foreach (var (key, stamp) in request.Rows)
        {
            var row = group.Find(table, key);
            if (row.Current is not { Exists: true } current || current.Latest != stamp) continue;

            // As if it had expired now: the tombstone is for the change that made the row, should it come again, and nothing that peers are told of.
            group.Replace(row, new Row(stamp, false, EncodedRecord.Empty, [], [], group.Now));
            deleted++;
        }

        if (deleted > 0 && !table.Definition.IsThinned)
            TableChanges.Become(group, table, table.Stored with { Definition = table.Definition with { IsThinned = true } });
        return new CommitResult.Maintained(deleted);
    }

    /// <summary>Removes tombstones and folds counters that every member has confirmed (rules 4, 25).</summary>
    public static CommitResult Settle(CommitGroup group, CommitRequest.Settle request)
    {
        var settled = 0L;
        foreach (var table in group.State.Tables.Values)
        {
            // By the tombstones of node records a node that was away learns that it was removed.
            if (group.State.Name.IsSystem && table.Definition.Name == SystemTables.Nodes) continue;
            foreach (var key in Due(group, table, StoreKeys.SettleAttribute, request.UpTo, (int)(MaxSettledRows - settled)))
            {
                var row = group.Find(table, key);
                if (row.Current is not { } current) continue;
                if (current.Exists) group.Replace(row, Counter.Settle(current, request.UpTo));
                else if (current.Latest.Version <= request.UpTo) group.Replace(row, null);
                else continue;
                settled++;
            }

            if (settled >= MaxSettledRows) break;
        }

        return new CommitResult.Maintained(settled);
    }

    /// <summary>Removes the old end of the log and says in the floor what is no longer there (rule 13).</summary>
    public static CommitResult Trim(CommitGroup group, CommitRequest.TrimLog request)
    {
        using var cursor = group.State.Store.Cursor(Family.Log);
        var floor = group.Positions.Floor;
        var trimmed = 0L;
        var bytes = 0L;
        byte[]? end = null;
        byte[] start = new byte[8];
        for (cursor.Seek(start); cursor.Valid && bytes < MaxTrimBytes; cursor.Next())
        {
            if (!StoreKeys.IsFirstPart(cursor.Key)) continue;
            if (StoreKeys.PositionOf(cursor.Key) > request.UpTo) break;
            var stamp = LogEntryCodec.ReadStamp(LogEntries.Beginning(cursor.Value, out var length), group.State.Origins);
            if (floor.GetValueOrDefault(stamp.Origin) < stamp.Version) floor = floor.SetItem(stamp.Origin, stamp.Version);
            bytes += length;
            trimmed++;
            end = cursor.Key.ToArray();
        }

        if (end is null) return new CommitResult.Maintained(0);
        group.Batch.DeleteRange(Family.Log, start, StoreKeys.After(end));
        group.State.LogBytes -= bytes;
        group.Positions = group.Positions with { Floor = floor };
        return new CommitResult.Maintained(trimmed);
    }

    private static List<RecordKey> Due(CommitGroup group, TableState table, ushort attribute, double upTo, int max)
    {
        var due = new List<RecordKey>();
        var prefix = StoreKeys.Attribute(table.Id, attribute);
        using var cursor = group.State.Store.Cursor(Family.Index);
        for (cursor.Seek(prefix); due.Count < max && cursor.Valid && cursor.Key.StartsWith(prefix); cursor.Next())
        {
            if (StoreKeys.TimeOf(cursor.Key) > upTo) break;
            due.Add(new RecordKey(StoreKeys.KeyOfTimed(cursor.Key).ToArray()));
        }

        return due;
    }
}
