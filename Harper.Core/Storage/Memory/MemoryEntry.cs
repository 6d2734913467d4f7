namespace Harper.Core.Storage.Memory;

/// <summary>A key and its value. Only the key takes part in the order.</summary>
internal sealed record MemoryEntry(byte[] Key, byte[] Value)
{
    public static readonly IComparer<MemoryEntry> ByKey = Comparer<MemoryEntry>.Create(static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));

    public int Size => Key.Length + Value.Length;
}
