using Harper.Core.Keys;
using Harper.Core.Records;

namespace Harper.Core.Commit;

/// <summary>A row that a commit group has touched: as the store has it, and as it will be. Later requests of the group read it here (rule 6).</summary>
internal sealed class PendingRow(TableState table, RecordKey key, Row? stored)
{
    public TableState Table { get; } = table;

    public RecordKey Key { get; } = key;

    public Row? Stored { get; } = stored;

    /// <summary>Null: there is none, or it goes.</summary>
    public Row? Current { get; set; } = stored;

    public bool Changed { get; set; }

    /// <summary>The transaction that touched it last and where its change stands there, so that several changes to one key are folded (rule 5).</summary>
    public long Transaction { get; set; }

    public int ChangeIndex { get; set; }

    public bool IsVisible(double now) => Current is { Exists: true } row && !(row.ExpiresAt <= now);
}
