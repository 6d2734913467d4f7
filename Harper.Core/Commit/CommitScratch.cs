using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Storage.Layout;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>What a row is found by within a group.</summary>
internal readonly record struct RowAddress(int Table, RecordKey Key);

/// <summary>The memory of one commit group, used again by the next: a group of a thousand records would otherwise leave megabytes behind.</summary>
internal sealed class CommitScratch
{
    private const int KeptRows = 20_000;

    public Dictionary<RowAddress, PendingRow> Rows { get; private set; } = [];

    public List<PendingRow> Touched { get; } = [];

    public List<(PendingRow Row, Row? Current, bool Changed)> UndoRows { get; } = [];

    public ByteBuilder Key { get; } = new(64);

    public ByteBuilder Value { get; } = new(1024);

    public ShapeCache Shapes { get; } = new();

    public void Clear()
    {
        // Clearing costs what the largest group took: after a giant one it is cheaper to begin anew.
        if (Rows.Count > KeptRows)
        {
            Rows = [];
            Touched.Clear();
            UndoRows.Clear();
            Touched.Capacity = UndoRows.Capacity = 0;
        }

        Rows.Clear();
        Touched.Clear();
        UndoRows.Clear();
        Key.Clear();
        Value.Clear();
    }
}
