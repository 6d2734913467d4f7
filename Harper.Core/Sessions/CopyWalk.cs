using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Sessions;

/// <summary>Rows of one short read view.</summary>
/// <param name="Place">Where the next chunk goes on; null: the walk is over.</param>
public readonly record struct CopyChunkRead(ImmutableArray<CopiedChange> Changes, CopyPlace? Place, int Rows, long Bytes);

/// <summary>
/// The walk of a base copy: tables by name, rows by key, each chunk from a read view of its own that is closed before the chunk is sent (rule
/// 21). A row is sent as the changes that make it (rule 22), so that it adds to what the receiver has; to originals as <see cref="RowForOriginal"/> says.
/// </summary>
public static class CopyWalk
{
    /// <summary>Of the order in which tables are walked: 2 is ours, by name. v5 says 1 for its own, and begins a copy anew that was begun in another.</summary>
    public const int OrderVersion = 2;

    /// <param name="since">Rows whose last change is not newer are left out.</param>
    public static CopyChunkRead Next(IReadView view, CopyPlace place, TableFilter filter, bool toOurs, int maxRows, long maxBytes, double since = 0)
    {
        var table = TableAt(view.Catalog, place.Table, filter, out var isNext);
        if (table is null) return new CopyChunkRead([], null, 0, 0);
        var changes = ImmutableArray.CreateBuilder<CopiedChange>(Math.Min(maxRows, 1024));
        var after = isNext ? null : place.After;
        var (rows, bytes) = (0, 0L);
        using var cursor = view.ScanRows(table, after);
        while (cursor.MoveNext())
        {
            var row = cursor.Row;
            rows++;
            if (row.Latest.Version > since && (row.ExpiresAt is not { } expires || expires > view.Now || !row.Exists)) bytes += Add(view, table, cursor.Key, row, toOurs, changes);
            if (rows < maxRows && bytes < maxBytes) continue;
            return new CopyChunkRead(changes.DrainToImmutable(), new CopyPlace(table.Name, Owned(cursor.Key)), rows, bytes);
        }

        var next = NextAfter(view.Catalog, table.Name, filter);
        return new CopyChunkRead(changes.DrainToImmutable(), next is null ? null : new CopyPlace(next.Name, null), rows, bytes);
    }

    private static long Add(
        IReadView view, TableDefinition table, RecordKey key, Row row, bool toOurs, ImmutableArray<CopiedChange>.Builder changes)
    {
        var owned = Owned(key);
        var bytes = 0L;
        foreach (var change in toOurs ? RowChanges.Of(table.Name, owned, row) : RowForOriginal.Of(table, owned, row, view.TryRead(table, key, out var visible) ? visible : null, view.Catalog.Database.IsSystem))
        {
            changes.Add(Owned(change));
            bytes += key.Length + change.Change.Value.Values.Length;
        }

        return bytes;
    }

    /// <summary>The first table at or after the place.</summary>
    private static TableDefinition? TableAt(DatabaseCatalog catalog, TableName? at, TableFilter filter, out bool isNext)
    {
        isNext = false;
        if (at is not { } name) return NextAfter(catalog, null, filter);
        if (catalog.Find(name) is { } table && LocalTables.MayPass(catalog, name, filter)) return table;
        isNext = true;
        return NextAfter(catalog, name, filter);
    }

    private static TableDefinition? NextAfter(DatabaseCatalog catalog, TableName? name, TableFilter filter)
    {
        TableDefinition? next = null;
        foreach (var table in catalog.Tables.Values)
        {
            if (!LocalTables.MayPass(catalog, table.Name, filter)) continue;
            if (name is { } after && string.CompareOrdinal(table.Name.Value, after.Value) <= 0) continue;
            if (next is null || string.CompareOrdinal(table.Name.Value, next.Name.Value) < 0) next = table;
        }

        return next;
    }

    /// <summary>A cursor's memory is its own: what outlives it is copied.</summary>
    private static RecordKey Owned(RecordKey key) => new(key.Bytes.ToArray());

    private static CopiedChange Owned(in CopiedChange change) =>
        change with { Change = change.Change with { Value = change.Change.Value with { Values = change.Change.Value.Values.ToArray() } } };
}
