namespace Harper.Core.Values;

/// <summary>Walks the attributes of a record in order: <c>while (reader.MoveNext()) ... reader.Name, reader.Value</c>. Allocates nothing.</summary>
public ref struct RecordReader
{
    public RecordReader(in EncodedRecord record) => throw new NotImplementedException();

    public bool MoveNext() => throw new NotImplementedException();

    public readonly int Index => throw new NotImplementedException();

    public readonly string Name => throw new NotImplementedException();

    public readonly ReadOnlySpan<byte> Value => throw new NotImplementedException();

    /// <summary>Finds one attribute's value; false when the record has no such attribute.</summary>
    public static bool TryFind(in EncodedRecord record, string name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();

    public static ReadOnlySpan<byte> At(in EncodedRecord record, int index) => throw new NotImplementedException();

    /// <summary>As <see cref="TryFind"/>, as memory of the record's own.</summary>
    public static bool TryFindMemory(in EncodedRecord record, string name, out ReadOnlyMemory<byte> value) => throw new NotImplementedException();
}
