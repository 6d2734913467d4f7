using Harper.Core.Keys;
using Harper.Core.Records;

namespace Harper.Core.Commit;

/// <summary>A row that a commit group has touched: as the store has it, and as it will be. Later requests of the group read it here (rule 6).</summary>
internal sealed class PendingRow
{
    public TableState Table { get; private set; } = null!;

    public RecordKey Key { get; private set; }

    public Row? Stored { get; private set; }

    /// <summary>Null: there is none, or it goes.</summary>
    public Row? Current { get; set; }

    public bool Changed { get; set; }

    /// <summary>The transaction that touched it last and where its change stands there, so that several changes to one key are folded (rule 5).</summary>
    public long Transaction { get; set; }

    public int ChangeIndex { get; set; }

    /// <summary>Another row from now on. Groups use the same objects one after the other.</summary>
    public PendingRow Become(TableState table, RecordKey key, Row? stored)
    {
        (Table, Key, Stored, Current) = (table, key, stored, stored);
        (Changed, Transaction, ChangeIndex) = (false, 0, 0);
        return this;
    }

    /// <summary>Holds on to nothing.</summary>
    public void Forget()
    {
        (Table, Key) = (null!, default);
        Stored = Current = null;
    }

    public bool IsVisible(double now) => Current?.IsSeen(now) == true;
}
