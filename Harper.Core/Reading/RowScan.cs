using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.Reading;

/// <summary>Walks the rows of a table in key order. Key and row are valid until it moves.</summary>
internal sealed class RowScan : IRowCursor
{
    private readonly IStoreCursor _cursor;
    private readonly IRowDictionary _names;
    private readonly byte[] _prefix;
    private readonly bool _descending;
    private readonly ByteBuilder _bytes = new(1024);
    private bool _started;
    private Row? _row;

    public RowScan(IStoreCursor cursor, TableDefinition table, IRowDictionary names, RecordKey? after, bool descending)
    {
        (_cursor, _names, _descending) = (cursor, names, descending);
        _prefix = StoreKeys.Table(table.Id);
        Position(after);
    }

    public RecordKey Key { get; private set; }

    public Row Row => _row ?? throw new InvalidOperationException("the scan stands on no row");

    public bool MoveNext()
    {
        if (_started) Step();
        _started = true;
        _row = null;
        if (!_cursor.Valid || !_cursor.Key.StartsWith(_prefix)) return false;
        var key = _cursor.Key[StoreKeys.TablePrefix..];
        _bytes.Clear().Bytes(key).Bytes(_cursor.Value);
        Key = new RecordKey(_bytes.WrittenMemory[..key.Length]);
        _row = RowCodec.Read(_bytes.WrittenMemory[key.Length..], _names);
        return true;
    }

    public void Dispose() => _cursor.Dispose();

    private void Step()
    {
        if (!_cursor.Valid) return;
        if (_descending) _cursor.Previous();
        else _cursor.Next();
    }

    /// <summary>On the first row of the walk: strictly after the key given, or at the table's near end.</summary>
    private void Position(RecordKey? after)
    {
        var start = new ByteBuilder(64).Bytes(_prefix);
        if (after is { } key) start.Bytes(key.Span);
        if (_descending)
        {
            var from = after is null ? StoreKeys.After(_prefix) : start.Written.ToArray();
            _cursor.SeekForPrevious(from);
            if (_cursor.Valid && _cursor.Key.SequenceEqual(from)) _cursor.Previous();
            return;
        }

        _cursor.Seek(start.Written);
        if (after is not null && _cursor.Valid && _cursor.Key.SequenceEqual(start.Written)) _cursor.Next();
    }
}
