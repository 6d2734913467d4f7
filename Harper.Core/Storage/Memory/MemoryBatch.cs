namespace Harper.Core.Storage.Memory;

/// <summary>Writes that are applied together.</summary>
internal sealed class MemoryBatch : IStoreBatch
{
    internal readonly record struct Write(Family Family, byte[] Key, byte[]? Value, byte[]? RangeEnd);

    internal List<Write> Writes { get; } = [];

    public long Bytes { get; private set; }

    public void Put(Family family, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Add(new(family, key.ToArray(), value.ToArray(), null));

    public void Delete(Family family, ReadOnlySpan<byte> key) => Add(new(family, key.ToArray(), null, null));

    public void DeleteRange(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        Add(new(family, from.ToArray(), null, to.ToArray()));

    public void Clear()
    {
        Writes.Clear();
        Bytes = 0;
    }

    public void Dispose() => Clear();

    private void Add(Write write)
    {
        Writes.Add(write);
        Bytes += write.Key.Length + (write.Value?.Length ?? 0) + (write.RangeEnd?.Length ?? 0);
    }
}
