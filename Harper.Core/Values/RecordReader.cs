namespace Harper.Core.Values;

/// <summary>
/// Walks the attributes of a record in order: <c>while (reader.MoveNext()) ... reader.Name, reader.Value</c>. Allocates
/// nothing.
/// </summary>
public ref struct RecordReader
{
    private readonly Shape _shape;
    private ReadOnlySpan<byte> _rest;

    public RecordReader(in EncodedRecord record)
    {
        _shape = record.Shape;
        _rest = record.Values.Span;
    }

    public int Index { get; private set; } = -1;

    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly string Name => _shape.Names[Index];

    public bool MoveNext()
    {
        if (Index + 1 >= _shape.Count) return false;
        Index++;
        var length = ValueLength.Of(_rest);
        Value = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>Finds one attribute's value; false when the record has no such attribute.</summary>
    public static bool TryFind(in EncodedRecord record, string name, out ReadOnlySpan<byte> value)
    {
        var index = record.Shape.IndexOf(name);
        value = index < 0 ? default : At(record, index);
        return index >= 0;
    }

    public static ReadOnlySpan<byte> At(in EncodedRecord record, int index)
    {
        var values = record.Values.Span;
        for (; index > 0; index--) values = values[ValueLength.Of(values)..];
        return values[..ValueLength.Of(values)];
    }

    /// <summary>As <see cref="TryFind"/>, as memory of the record's own.</summary>
    public static bool TryFindMemory(in EncodedRecord record, string name, out ReadOnlyMemory<byte> value)
    {
        value = default;
        var index = record.Shape.IndexOf(name);
        if (index < 0) return false;
        var rest = record.Values;
        for (; index > 0; index--) rest = rest[ValueLength.Of(rest.Span)..];
        value = rest[..ValueLength.Of(rest.Span)];
        return true;
    }
}
