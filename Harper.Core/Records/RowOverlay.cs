using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Records;

/// <summary>Builds a record from another one with some values replaced or added. Costs nothing until the first value is set.</summary>
internal struct RowOverlay(EncodedRecord under)
{
    private ReadOnlyMemory<byte>[]? _values;
    private ImmutableArray<string>.Builder? _added;
    private int _count;

    /// <summary>The value of an attribute; empty when the record does not have it.</summary>
    public static ReadOnlyMemory<byte> Find(EncodedRecord record, string name) =>
        RecordReader.TryFindMemory(record, name, out var value) ? value : default;

    /// <summary>The value at an offset, which moves past it.</summary>
    public static ReadOnlyMemory<byte> ValueAt(ReadOnlyMemory<byte> values, ref int offset)
    {
        var length = ValueLength.Of(values.Span[offset..]);
        var value = values.Slice(offset, length);
        offset += length;
        return value;
    }

    public void Set(string name, ReadOnlyMemory<byte> value)
    {
        var values = _values ??= Slice();
        var index = IndexOf(name);
        if (index < 0)
        {
            (_added ??= ImmutableArray.CreateBuilder<string>()).Add(name);
            if (_count == values.Length) Array.Resize(ref _values, Math.Max(4, _count * 2));
            index = _count++;
        }

        _values![index] = value;
    }

    public readonly EncodedRecord Build()
    {
        if (_values is null) return under;
        var length = 0;
        for (var i = 0; i < _count; i++) length += _values[i].Length;
        var bytes = new byte[length];
        var offset = 0;
        for (var i = 0; i < _count; i++)
        {
            _values[i].CopyTo(bytes.AsMemory(offset));
            offset += _values[i].Length;
        }

        return new EncodedRecord(_added is null ? under.Shape : new Shape(under.Shape.Names.AddRange(_added)), bytes);
    }

    private readonly int IndexOf(string name)
    {
        var index = under.Shape.IndexOf(name);
        if (index >= 0 || _added is null) return index;
        var added = _added.IndexOf(name);
        return added < 0 ? -1 : under.Shape.Count + added;
    }

    private ReadOnlyMemory<byte>[] Slice()
    {
        _count = under.Shape.Count;
        var values = new ReadOnlyMemory<byte>[_count + 4];
        var offset = 0;
        for (var i = 0; i < _count; i++) values[i] = ValueAt(under.Values, ref offset);
        return values;
    }
}
