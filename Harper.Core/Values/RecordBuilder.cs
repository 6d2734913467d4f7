using System.Collections.Immutable;

namespace Harper.Core.Values;

/// <summary>
/// Puts records together from attributes and other records. Reusable, not thread-safe; what it builds owns its bytes.
/// </summary>
public sealed class RecordBuilder(ShapeCache shapes)
{
    private readonly List<(string Name, int Start, int Length)> _attributes = [];
    private readonly RecordBuffer _values = new(256);

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _attributes.Clear();
        _values.BeginRecord();
    }

    public void AddAll(in EncodedRecord record)
    {
        for (var reader = new RecordReader(record); reader.MoveNext();) Set(reader.Name, reader.Value);
    }

    /// <summary>Adds the attribute or replaces its value; one encoded value.</summary>
    public void Set(string name, ReadOnlySpan<byte> value)
    {
        var start = _values.Length;
        new ValueWriter(_values).Raw(value);
        Put(name, start);
    }

    public void SetNull(string name)
    {
        var start = _values.Length;
        new ValueWriter(_values).Null();
        Put(name, start);
    }

    public void SetBoolean(string name, bool value)
    {
        var start = _values.Length;
        new ValueWriter(_values).Boolean(value);
        Put(name, start);
    }

    public void SetNumber(string name, double value)
    {
        var start = _values.Length;
        new ValueWriter(_values).Number(value);
        Put(name, start);
    }

    public void SetText(string name, string? value)
    {
        var start = _values.Length;
        if (value is null) new ValueWriter(_values).Null();
        else new ValueWriter(_values).Text(value.AsSpan());
        Put(name, start);
    }

    public bool Remove(string name)
    {
        var index = IndexOf(name);
        if (index >= 0) _attributes.RemoveAt(index);
        return index >= 0;
    }

    public EncodedRecord Build()
    {
        var names = ImmutableArray.CreateBuilder<string>(_attributes.Count);
        var length = 0;
        foreach (var attribute in _attributes)
        {
            names.Add(attribute.Name);
            length += attribute.Length;
        }

        var values = new byte[length];
        var at = 0;
        foreach (var (_, start, size) in _attributes)
        {
            _values.Written.Slice(start, size).CopyTo(values.AsSpan(at));
            at += size;
        }

        return new EncodedRecord(shapes.Intern(names.MoveToImmutable()), values);
    }

    /// <summary>
    /// The attributes of <paramref name="under"/>, with those of <paramref name="over"/> in their places or after them.
    /// </summary>
    public static EncodedRecord Overlay(in EncodedRecord under, in EncodedRecord over, ShapeCache shapes) =>
        shapes.OverlayOf(under.Shape, over.Shape).Apply(under.Values.Span, over.Values.Span);

    public static EncodedRecord Without(in EncodedRecord record, string name, ShapeCache shapes) =>
        record.Shape.IndexOf(name) < 0 ? record : Only(record, candidate => candidate != name, shapes);

    /// <summary>Only the attributes named, in the record's order.</summary>
    public static EncodedRecord Only(in EncodedRecord record, Func<string, bool> keep, ShapeCache shapes)
    {
        var names = ImmutableArray.CreateBuilder<string>(record.Shape.Count);
        var values = new byte[record.Values.Length];
        var length = 0;
        for (var reader = new RecordReader(record); reader.MoveNext();)
        {
            if (!keep(reader.Name)) continue;
            names.Add(reader.Name);
            reader.Value.CopyTo(values.AsSpan(length));
            length += reader.Value.Length;
        }

        return names.Count == record.Shape.Count ? record : new EncodedRecord(shapes.Intern(names.ToImmutable()), values.AsMemory(0, length));
    }

    private void Put(string name, int start)
    {
        var attribute = (name, start, _values.Length - start);
        var index = IndexOf(name);
        if (index >= 0) _attributes[index] = attribute;
        else _attributes.Add(attribute);
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < _attributes.Count; i++)
            if (_attributes[i].Name == name) return i;
        return -1;
    }
}
