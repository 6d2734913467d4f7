using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>
/// Builds the index of an attribute from rows that exist. It is written before the definition that lets anybody read it, in batches of its own: a
/// crash leaves entries under an id that nobody uses, and the next attempt clears them first.
/// </summary>
internal static class IndexBuilding
{
    private const int BatchBytes = 4 << 20;

    public static void Build(IOrderedStore store, TableState table, AttributeDefinition attribute)
    {
        using var batch = store.CreateBatch();
        var range = StoreKeys.Attribute(table.Id, attribute.Id);
        batch.DeleteRange(Family.Index, range, StoreKeys.After(range));
        store.Write(batch, sync: false);
        batch.Clear();

        var prefix = StoreKeys.Table(table.Id);
        using var cursor = store.Cursor(Family.Rows);
        cursor.Seek(prefix);
        var entries = new IndexWriting();
        var bytes = 0;
        for (; cursor.Valid && cursor.Key.StartsWith(prefix); cursor.Next())
        {
            var row = RowCodec.Read(cursor.Value.ToArray(), table.Shapes);
            if (IndexWriting.Visible(row) is not { } record || !RecordReader.TryFind(record, attribute.Name, out var value)) continue;
            entries.Add(table.Id, attribute.Id, cursor.Key[StoreKeys.TablePrefix..], value);
            if ((bytes += value.Length + cursor.Key.Length) < BatchBytes) continue;
            Flush(store, entries, batch);
            bytes = 0;
        }

        Flush(store, entries, batch);
    }

    private static void Flush(IOrderedStore store, IndexWriting entries, IStoreBatch batch)
    {
        entries.WriteTo(batch);
        store.Write(batch, sync: false);
        batch.Clear();
    }
}
