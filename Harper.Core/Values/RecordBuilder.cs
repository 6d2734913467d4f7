using System.Buffers;

namespace Harper.Core.Values;

/// <summary>Puts records together from attributes and other records. Reusable, not thread-safe; what it builds owns its bytes.</summary>
public sealed class RecordBuilder(ShapeCache shapes)
{
    private readonly ShapeCache _shapes = shapes;

    /// <summary>Begins anew.</summary>
    public void Clear() => throw new NotImplementedException();

    public void AddAll(in EncodedRecord record) => throw new NotImplementedException();

    /// <summary>Adds the attribute or replaces its value; one encoded value.</summary>
    public void Set(string name, ReadOnlySpan<byte> value) => throw new NotImplementedException();

    public void SetNull(string name) => throw new NotImplementedException();
    public void SetBoolean(string name, bool value) => throw new NotImplementedException();
    public void SetNumber(string name, double value) => throw new NotImplementedException();
    public void SetText(string name, string? value) => throw new NotImplementedException();

    public bool Remove(string name) => throw new NotImplementedException();

    public EncodedRecord Build() => throw new NotImplementedException($"{_shapes}");

    /// <summary>The attributes of <paramref name="under"/>, with those of <paramref name="over"/> in their places or after them.</summary>
    public static EncodedRecord Overlay(in EncodedRecord under, in EncodedRecord over, ShapeCache shapes) => throw new NotImplementedException();

    public static EncodedRecord Without(in EncodedRecord record, string name, ShapeCache shapes) => throw new NotImplementedException();

    /// <summary>Only the attributes named, in the record's order.</summary>
    public static EncodedRecord Only(in EncodedRecord record, Func<string, bool> keep, ShapeCache shapes) => throw new NotImplementedException();
}
