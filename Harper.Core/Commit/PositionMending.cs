using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;

namespace Harper.Core.Commit;

/// <summary>
/// What holds in place of positions that cannot be read when a database is opened (rules 12 to 14, 17). Never more than the rest of the store proves: what is
/// doubtful is fetched again, and nothing is claimed for others to build on.
/// </summary>
internal static class PositionMending
{
    public static void Mend(DatabaseState state, IReadOnlyList<(MetaKind Kind, int Origin)> unreadable)
    {
        if (unreadable.Count == 0) return;
        var before = state.Positions;
        var positions = before;
        if (Lost(MetaKind.Head)) positions = positions with { Head = Newest(state, positions) };
        if (Lost(MetaKind.HasHistory)) positions = positions with { HasHistory = !positions.Through.IsEmpty };
        foreach (var (kind, id) in unreadable)
        {
            positions = kind switch
            {
                // Of others all is asked for again; own changes are nowhere else to be asked for first.
                MetaKind.Through when state.Origins.Name(id) == state.Self => OwnThrough(state, positions),

                // Of no incarnation that a peer will ever state: its database is copied.
                MetaKind.PeerIncarnation => positions with { PeerIncarnations = positions.PeerIncarnations.SetItem(state.Origins.Name(id), Guid.Empty) },

                // What was taken through a narrower filter is not known any more: now it looks as if all were new (rule 20).
                MetaKind.Taken => positions with { Taken = positions.Taken.SetItem(state.Origins.Name(id), TableFilter.None) },
                MetaKind.Covers => positions with { Covers = positions.Covers.SetItem(state.Origins.Name(id), TableFilter.None) },
                MetaKind.Given => positions with { Given = positions.Given.SetItem(state.Origins.Name(id), TableFilter.None) },
                _ => positions,
            };
        }

        // A log that may lack something is served to nobody from before what is surely here.
        foreach (var (kind, id) in unreadable)
            if (kind == MetaKind.Floor)
                positions = positions with { Floor = positions.Floor.SetItem(state.Origins.Name(id), positions.Through.GetValueOrDefault(state.Origins.Name(id))) };

        // Where the copy was is not known: it begins again, and merges.
        if (Lost(MetaKind.Copy) && positions.HasHistory)
            positions = positions with { Copy = new CopyCursor(state.Self, Guid.Empty, before.Through.Clear(), 0, null, default, 0, 0, Merging: true) };

        using var batch = state.Store.CreateBatch();
        foreach (var (kind, id) in unreadable)
        {
            var key = new ByteBuilder(16);
            MetaKeys.Write(key, kind, id);
            batch.Delete(Family.Meta, key.Written);
        }

        PositionsStore.Write(batch, before, positions, state.Origins);
        state.Store.Write(batch, sync: true);
        state.Positions = positions;

        bool Lost(MetaKind kind) => unreadable.Any(entry => entry.Kind == kind);
    }

    /// <summary>The clock stands behind nothing that this database holds (rule 8).</summary>
    private static double Newest(DatabaseState state, ReplicationPositions positions)
    {
        var newest = positions.Through.Values.Concat(positions.Copy?.Vector.Values ?? []).DefaultIfEmpty().Max();
        using var cursor = state.Store.Cursor(Family.Log);
        cursor.SeekToLast();
        return cursor.Valid ? Math.Max(newest, StoreKeys.PositionOf(cursor.Key)) : newest;
    }

    /// <summary>The last own change in the log; what was trimmed is below the floor.</summary>
    private static ReplicationPositions OwnThrough(DatabaseState state, ReplicationPositions positions)
    {
        var through = positions.Floor.GetValueOrDefault(state.Self);
        using var cursor = state.Store.Cursor(Family.Log);
        for (cursor.SeekToLast(); cursor.Valid; cursor.Previous())
        {
            if (!StoreKeys.IsFirstPart(cursor.Key)) continue;
            var stamp = LogEntryCodec.ReadStamp(LogEntries.Beginning(cursor.Value, out _), state.Origins);
            if (stamp.Origin != state.Self) continue;
            through = Math.Max(through, stamp.Version);
            break;
        }

        return through > 0 ? positions with { Through = positions.Through.SetItem(state.Self, through) } : positions;
    }
}
