using System.Collections.Immutable;

namespace Harper.Core.Storage.Memory;

/// <summary>Everything a memory store holds at one moment. Immutable, so a snapshot is a reference.</summary>
internal sealed record MemoryState(ImmutableArray<ImmutableSortedSet<MemoryEntry>> Families, ImmutableArray<long> Sizes)
{
    private const int FamilyCount = 5;

    public static readonly MemoryState Empty = new(
        [.. Enumerable.Repeat(ImmutableSortedSet.Create(MemoryEntry.ByKey), FamilyCount)], [.. new long[FamilyCount]]);

    public ImmutableSortedSet<MemoryEntry> this[Family family] => Families[(int)family];

    public MemoryEntry? Find(Family family, ReadOnlySpan<byte> key)
    {
        var entries = this[family];
        var index = entries.IndexOf(new MemoryEntry(key.ToArray(), []));
        return index < 0 ? null : entries[index];
    }
}
