using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Sessions;

/// <summary>
/// A row as an original is copied it. Merged, a patched row would be as new as its newest patch: an original that has that patch would drop it, with older ones that it has not, and one that has
/// patches that are not here yet would lose them. So it gets the changes, in their order, and what it has of them is set once more.
/// </summary>
/// <remarks>
/// Adds must not come twice, and an original finds out that it has one already only where that is not above the version of its row, which a late patch takes back. So a row with adds goes merged.
/// </remarks>
internal static class RowForOriginal
{
    /// <param name="seen">The row as readers see it; null: it is deleted or has expired.</param>
    /// <param name="isNodeRecord">Merged as well: it takes what a patch says for all that there is of a node, and stops dialling it.</param>
    public static ImmutableArray<CopiedChange> Of(TableDefinition table, RecordKey key, Row row, VisibleRecord? seen, bool isNodeRecord)
    {
        if (seen is not { } visible) return [new CopiedChange(new Change(table.Name, key, ChangeKind.Delete, EncodedRecord.Empty), row.Latest)];

        // It knows no patch of what is not there.
        if (!isNodeRecord && row.Alive && row.Adds.IsEmpty && row.Base != row.Latest) return RowChanges.Of(table.Name, key, row);
        return [new CopiedChange(new Change(table.Name, key, ChangeKind.Put, visible.Record, visible.ExpiresAt), row.Latest)];
    }
}
