using Harper.Core.Schema;

namespace Harper.Core.Reading;

/// <summary>The rows of a scan that readers see.</summary>
internal sealed class RecordScan(RowScan rows, TableDefinition table, VisibleRecords visible) : IRecordCursor
{
    private VisibleRecord _current;

    public VisibleRecord Current => _current;

    public bool MoveNext()
    {
        while (rows.MoveNext())
            if (visible.TrySee(table, rows.Key, rows.Row, out _current))
                return true;
        return false;
    }

    public void Dispose() => rows.Dispose();
}
