using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Storage.Layout;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>What a row is found by within a group.</summary>
internal readonly record struct RowAddress(int Table, RecordKey Key);

/// <summary>The memory of one commit group, used again by the next: a group of a thousand records would otherwise leave megabytes behind.</summary>
internal sealed class CommitScratch
{
    private const int KeptRows = 20_000;

    /// <summary>Rows of two full groups.</summary>
    private const int MaxSpare = 4_000;

    private readonly List<PendingRow> _spare = [];

    public Dictionary<RowAddress, PendingRow> Rows { get; private set; } = [];

    public List<PendingRow> Touched { get; } = [];

    public List<(PendingRow Row, Row? Current, bool Changed)> UndoRows { get; } = [];

    /// <summary>The changes of the transaction that is being resolved, and the row of each.</summary>
    public List<Change> Changes { get; } = [];

    public List<PendingRow?> ChangedRows { get; } = [];

    public ByteBuilder Key { get; } = new(64);

    public ByteBuilder Value { get; } = new(1024);

    public ShapeCache Shapes { get; } = new();

    public PendingRow Row(TableState table, RecordKey key, Row? stored)
    {
        if (_spare.Count == 0) return new PendingRow().Become(table, key, stored);
        var row = _spare[^1];
        _spare.RemoveAt(_spare.Count - 1);
        return row.Become(table, key, stored);
    }

    public void Clear()
    {
        foreach (var row in Touched)
        {
            row.Forget();
            if (_spare.Count < MaxSpare) _spare.Add(row);
        }

        Changes.Clear();
        ChangedRows.Clear();
        // Clearing costs what the largest group took: after a giant one it is cheaper to begin anew.
        if (Rows.Count > KeptRows)
        {
            Rows = [];
            Touched.Clear();
            UndoRows.Clear();
            Touched.Capacity = UndoRows.Capacity = Changes.Capacity = ChangedRows.Capacity = 0;
        }

        Rows.Clear();
        Touched.Clear();
        UndoRows.Clear();
        Key.Clear();
        Value.Clear();
    }
}
