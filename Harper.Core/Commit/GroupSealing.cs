using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.Commit;

/// <summary>Completes the batch of a group: rows in key order, what the rows need to be read, positions, and index entries last.</summary>
internal sealed class GroupSealing
{
    private readonly IndexWriting _index = new();
    private readonly ByteBuilder _key = new(64);
    private readonly ByteBuilder _value = new(1024);
    private readonly List<PendingRow> _rows = [];
    private readonly List<TableState> _moved = [];
    private long _logBytes = -1;

    /// <summary>Tables whose number of rows the last group changed.</summary>
    public IReadOnlyList<TableState> Moved => _moved;

    /// <summary>Returns the positions that hold once the batch is written.</summary>
    public ReplicationPositions Seal(CommitGroup group)
    {
        _moved.Clear();
        WriteRows(group);
        foreach (var table in group.ChangedTables) WriteTable(group.Batch, table);
        var positions = group.Positions with { Head = group.Head };
        PositionsStore.Write(group.Batch, group.State.Positions, positions, group.State.Origins);
        WriteCounts(group);
        WriteNames(group);
        _index.WriteTo(group.Batch);
        return positions;
    }

    public static void WriteFormat(IStoreBatch batch)
    {
        var key = new ByteBuilder(16);
        MetaKeys.Write(key, MetaKind.Format);
        MetaKeys.Put(batch, key.Written, new ByteBuilder(16).Byte(MetaKeys.Format));
    }

    private void WriteRows(CommitGroup group)
    {
        foreach (var row in group.Touched)
            if (row.Changed && !row.Table.IsDropped)
                _rows.Add(row);
        _rows.Sort(static (left, right) => left.Table.Id != right.Table.Id ? left.Table.Id.CompareTo(right.Table.Id) : left.Key.CompareTo(right.Key));
        foreach (var row in _rows)
        {
            StoreKeys.Row(_key.Clear(), row.Table.Id, row.Key.Span);
            if (row.Current is { } current)
            {
                RowCodec.Write(current, _value.Clear(), row.Table.Shapes);
                group.Batch.Put(Family.Rows, _key.Written, _value.Written);
            }
            else group.Batch.Delete(Family.Rows, _key.Written);

            Count(row);
            row.Table.Touches(row.Key);
            _index.Add(row);
        }

        _rows.Clear();
    }

    private void Count(PendingRow row)
    {
        var difference = (row.Current is { Exists: true } ? 1 : 0) - (row.Stored is { Exists: true } ? 1 : 0);
        if (difference == 0) return;
        row.Table.Rows += difference;
        if (row.Table.RowsMoved) return;
        row.Table.RowsMoved = true;
        _moved.Add(row.Table);
    }

    private void WriteTable(IStoreBatch batch, TableState table)
    {
        MetaKeys.Write(_key.Clear(), MetaKind.Table, table.Id);
        TableCodec.Write(_value.Clear(), table.Stored);
        MetaKeys.Put(batch, _key.Written, _value);
    }

    private void WriteCounts(CommitGroup group)
    {
        foreach (var table in _moved)
        {
            table.RowsMoved = false;
            MetaKeys.Write(_key.Clear(), MetaKind.RowCount, table.Id);
            MetaKeys.Put(group.Batch, _key.Written, _value.Clear().Number(Math.Max(0, table.Rows)));
        }

        if (_logBytes == group.State.LogBytes) return;
        _logBytes = group.State.LogBytes;
        MetaKeys.Write(_key.Clear(), MetaKind.LogBytes);
        MetaKeys.Put(group.Batch, _key.Written, _value.Clear().Number(Math.Max(0, group.State.LogBytes)));
    }

    /// <summary>Names and shapes that were given numbers while the group was encoded: they commit with what uses them.</summary>
    private void WriteNames(CommitGroup group)
    {
        foreach (var id in group.State.Origins.Added)
        {
            MetaKeys.Write(_key.Clear(), MetaKind.Origin, id);
            MetaKeys.Put(group.Batch, _key.Written, _value.Clear().Text(group.State.Origins.Name(id).Value));
        }

        group.State.Origins.Added.Clear();
        foreach (var (_, table) in group.State.ById)
        {
            if (table.Shapes.Added.Count == 0) continue;
            foreach (var id in table.Shapes.Added)
            {
                MetaKeys.Write(_key.Clear(), MetaKind.Shape, table.Id, id);
                var names = table.Shapes.Shape(id).Names;
                _value.Clear().Number(names.Length);
                foreach (var name in names) _value.Text(name);
                MetaKeys.Put(group.Batch, _key.Written, _value);
            }

            table.Shapes.Added.Clear();
        }
    }
}
