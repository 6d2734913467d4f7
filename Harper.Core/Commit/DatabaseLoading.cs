using System.Collections.Immutable;
using Harper.Core.Positions;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>Reads what the meta family says when a database is opened, or makes a new database in an empty store.</summary>
internal static class DatabaseLoading
{
    public static void Load(DatabaseState state)
    {
        using var cursor = state.Store.Cursor(Family.Meta);
        cursor.Seek([]);
        if (!cursor.Valid)
        {
            MakeNew(state);
            return;
        }

        // Kinds are in the order in which they need each other: tables and origins before what names them.
        var unreadable = new List<(MetaKind Kind, int First)>();
        for (; cursor.Valid; cursor.Next()) Take(state, cursor.Key, cursor.Value, unreadable);
        foreach (var table in state.ById.Values) Place(state, table);
        LoadQuarantine(state);
        state.UnreadablePositions = unreadable.Count;
        PositionMending.Mend(state, unreadable);
        if (state.Positions.Incarnation != Guid.Empty) return;

        // The incarnation could not be read: whatever vectors others hold of this database is void (rule 17).
        using var batch = state.Store.CreateBatch();
        var positions = state.Positions with { Incarnation = state.NewGuid() };
        PositionsStore.Write(batch, state.Positions, positions, state.Origins);
        state.Store.Write(batch, sync: true);
        state.Positions = positions;
    }

    private static void MakeNew(DatabaseState state)
    {
        state.Positions = new ReplicationPositions { Incarnation = state.NewGuid(), Head = 0 };
        using var batch = state.Store.CreateBatch();
        GroupSealing.WriteFormat(batch);
        PositionsStore.Write(batch, null, state.Positions, state.Origins);
        state.Store.Write(batch, sync: true);
    }

    private static void Take(DatabaseState state, ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored, List<(MetaKind Kind, int First)> unreadable)
    {
        var kind = MetaKeys.Kind(key);
        var first = MetaKeys.First(key);
        if (!MetaKeys.TryOpen(key, stored, out var value))
        {
            // Without a position data is fetched again; without a definition nothing can be read.
            if (kind is MetaKind.Format or MetaKind.Table or MetaKind.Origin or MetaKind.Shape)
                throw new StoreException(StoreFault.Corrupt, $"an entry of database '{state.Name}' ({kind} {first}) is not what was written");
            unreadable.Add((kind, first));
            return;
        }

        var parser = new ByteParser(value);
        switch (kind)
        {
            case MetaKind.Format:
                var format = parser.Byte();
                if (format == MetaKeys.Format) break;
                throw new StoreException(StoreFault.UnknownFormat, $"database '{state.Name}' was written in format {format}; this program reads format {MetaKeys.Format}");
            case MetaKind.Table:
                state.ById[first] = new TableState(TableCodec.Read(first, value), state.Origins);
                state.LastTableId = Math.Max(state.LastTableId, first);
                break;
            case MetaKind.Origin:
                state.Origins.Load(first, new(parser.Name()));
                break;
            case MetaKind.Shape:
                LoadShape(state, first, MetaKeys.Second(key), ref parser);
                break;
            case MetaKind.RowCount:
                if (state.ById.TryGetValue(first, out var table)) table.Rows = parser.Number();
                break;
            case MetaKind.LogBytes:
                state.LogBytes = parser.Number();
                break;
            default:
                state.Positions = PositionsStore.Read(state.Positions, kind, first, value, state.Origins);
                break;
        }
    }

    private static void LoadShape(DatabaseState state, int table, int id, ref ByteParser parser)
    {
        if (!state.ById.TryGetValue(table, out var owner)) return;
        var count = parser.Count();
        var names = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++) names.Add(string.Intern(parser.Name()));
        owner.Shapes.Load(id, new Shape(names.MoveToImmutable()));
    }

    private static void Place(DatabaseState state, TableState table)
    {
        if (!table.IsDropped)
        {
            state.Tables.Add(table.Name, table);
            state.Dropped.Remove(table.Name);
        }
        else if (!state.Tables.ContainsKey(table.Name) && (!state.Dropped.TryGetValue(table.Name, out var other) || other.Id < table.Id))
            state.Dropped[table.Name] = table;
    }

    private static void LoadQuarantine(DatabaseState state)
    {
        using var cursor = state.Store.Cursor(Family.Quarantine);
        var heldBack = state.Positions.HeldBack;
        for (cursor.Seek([]); cursor.Valid; cursor.Next())
        {
            if (HeldBlobCodec.IsPiece(cursor.Key))
            {
                state.Quarantine = state.Quarantine with { Bytes = state.Quarantine.Bytes + cursor.Value.Length };
                continue;
            }

            var releaseAt = QuarantineCodec.ReadReleaseAt(cursor.Value);
            var figures = state.Quarantine;
            state.Quarantine = new QuarantineFigures(figures.Transactions + 1, figures.Bytes + cursor.Value.Length, Math.Min(figures.NextRelease, releaseAt));
            if (double.IsPositiveInfinity(releaseAt)) continue;
            var stored = QuarantineCodec.Read(cursor.Value);
            var origin = stored.Entry.Transaction.Stamp.Origin;
            if (!double.IsNaN(stored.Previous) && !heldBack.ContainsKey(origin)) heldBack = heldBack.SetItem(origin, stored.Previous);
        }

        state.Positions = state.Positions with { HeldBack = heldBack };
    }
}
