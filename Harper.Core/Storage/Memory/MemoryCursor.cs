using System.Collections.Immutable;

namespace Harper.Core.Storage.Memory;

/// <summary>Walks the entries of one family as they were when the cursor was made.</summary>
internal sealed class MemoryCursor(ImmutableSortedSet<MemoryEntry> entries) : IStoreCursor
{
    private int _index = -1;

    public bool Valid => (uint)_index < (uint)entries.Count;

    public ReadOnlySpan<byte> Key => entries[_index].Key;

    public ReadOnlySpan<byte> Value => entries[_index].Value;

    public void Seek(ReadOnlySpan<byte> key)
    {
        var index = Find(key);
        _index = index < 0 ? ~index : index;
    }

    public void SeekForPrevious(ReadOnlySpan<byte> key)
    {
        var index = Find(key);
        _index = index < 0 ? ~index - 1 : index;
    }

    public void SeekToLast() => _index = entries.Count - 1;

    public void Next() => _index++;

    public void Previous() => _index--;

    public void Dispose()
    {
    }

    private int Find(ReadOnlySpan<byte> key) => entries.IndexOf(new MemoryEntry(key.ToArray(), []));
}
