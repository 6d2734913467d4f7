using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Tests.Support;

/// <summary>Turns a bit in stored positions, as a bad disk does.</summary>
internal static class StoreDamage
{
    /// <summary>Every entry of a kind; returns how many there were.</summary>
    public static int Flip(IOrderedStore store, MetaKind kind)
    {
        var flipped = 0;
        using var cursor = store.Cursor(Family.Meta);
        using var batch = store.CreateBatch();
        for (cursor.Seek([]); cursor.Valid; cursor.Next())
        {
            if (MetaKeys.Kind(cursor.Key) != kind) continue;
            var value = cursor.Value.ToArray();
            value[0] ^= 1;
            batch.Put(Family.Meta, cursor.Key, value);
            flipped++;
        }

        store.Write(batch, sync: true);
        return flipped;
    }
}
