using Harper.Core.Keys;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.Values;

namespace Harper.Core.Reading;

/// <summary>
/// Walks the entries of an index within a range. Values that were cut in the index are rechecked against their record; a record whose attribute is an
/// array comes out once, at the first of its elements in the range.
/// </summary>
internal sealed class IndexScan : IRecordCursor
{
    private readonly ReadView _view;
    private readonly IStoreCursor _cursor;
    private readonly TableDefinition _table;
    private readonly AttributeDefinition _attribute;
    private readonly IndexRange _range;
    private readonly bool _descending;
    private readonly byte[] _prefix;
    private readonly ByteBuilder _value = new(256);
    private readonly ByteBuilder _elements = new(256);
    private readonly List<(int Start, int Length)> _found = [];
    private VisibleRecord _current;
    private bool _started;

    public IndexScan(ReadView view, IStoreCursor cursor, TableDefinition table, AttributeDefinition attribute, IndexRange range, bool descending)
    {
        (_view, _cursor, _table, _attribute, _range, _descending) = (view, cursor, table, attribute, range, descending);
        _prefix = StoreKeys.Attribute(table.Id, attribute.Id);
        Position();
    }

    public VisibleRecord Current => _current;

    public bool MoveNext()
    {
        while (Step())
        {
            var key = IndexKeys.Split(_cursor.Key, _value);
            if (IsBeyond(_value.Written)) return false;
            var mayBeCut = _value.Length == IndexKeys.MaxValueBytes;
            if (!mayBeCut && !IsInRange(_value.Written)) continue;
            if (!_view.TryRead(_table, new RecordKey(key.ToArray()), out _current)) continue;
            if (IsTheEntryOf(_current.Record, mayBeCut)) return true;
        }

        return false;
    }

    public void Dispose() => _cursor.Dispose();

    private bool Step()
    {
        if (_started && _cursor.Valid)
        {
            if (_descending) _cursor.Previous();
            else _cursor.Next();
        }

        _started = true;
        return _cursor.Valid && _cursor.Key.StartsWith(_prefix);
    }

    private void Position()
    {
        var start = new ByteBuilder(64).Bytes(_prefix);
        if (!_descending)
        {
            if (_range.From is { } from) IndexKeys.Escape(start, IndexKeys.Cut(from.Span));
            _cursor.Seek(start.Written);
            return;
        }

        // Behind every entry of the value, before every longer value.
        if (_range.To is { } to) IndexKeys.Escape(start, IndexKeys.Cut(to.Span));
        var end = _range.To is null ? StoreKeys.After(_prefix) : start.Byte(0).Byte(1).Written.ToArray();
        _cursor.SeekForPrevious(end);
        if (_cursor.Valid && _cursor.Key.SequenceEqual(end)) _cursor.Previous();
    }

    /// <summary>No entry from here on can be in the range.</summary>
    private bool IsBeyond(ReadOnlySpan<byte> value) => _descending
        ? _range.From is { } from && value.SequenceCompareTo(IndexKeys.Cut(from.Span)) < 0
        : _range.To is { } to && value.SequenceCompareTo(to.Span) > 0;

    private bool IsInRange(ReadOnlySpan<byte> value)
    {
        if (_range.From is { } from)
        {
            var order = value.SequenceCompareTo(from.Span);
            if (order < 0 || (order == 0 && !_range.FromInclusive)) return false;
        }

        if (_range.To is not { } to) return true;
        var orderTo = value.SequenceCompareTo(to.Span);
        return orderTo < 0 || (orderTo == 0 && _range.ToInclusive);
    }

    /// <summary>Whether this entry is the one that the record comes out at.</summary>
    private bool IsTheEntryOf(in EncodedRecord record, bool mayBeCut)
    {
        if (!RecordReader.TryFind(record, _attribute.Name, out var value)) return false;
        if (!mayBeCut && new ValueReader(value).Kind != ValueKind.Array) return true;
        IndexKeys.Collect(value, _elements, _found);
        ReadOnlySpan<byte> first = default;
        var any = false;
        foreach (var (start, length) in _found)
        {
            var element = _elements.Slice(start, length);
            if (!IsInRange(element)) continue;
            if (any && (element.SequenceCompareTo(first) < 0) == _descending) continue;
            first = element;
            any = true;
        }

        return any && IndexKeys.Cut(first).SequenceEqual(_value.Written);
    }
}
