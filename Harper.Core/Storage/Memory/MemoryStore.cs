using System.Buffers;
using System.Collections.Immutable;

namespace Harper.Core.Storage.Memory;

/// <summary>
/// A store in memory, for specs and simulation. It behaves as a disk does: a batch is applied whole, what was written without sync may be lost
/// by <see cref="LosePower"/>, and what was lost is always the newest. Safe for one writer and any number of readers.
/// </summary>
public sealed class MemoryStore : IOrderedStore
{
    private readonly List<MemoryState> _unsynced = [];
    private volatile MemoryState _state = MemoryState.Empty;
    private MemoryState _durable = MemoryState.Empty;
    private volatile bool _broken;

    /// <summary>Batches written since the last one that was synced.</summary>
    public int Unsynced => _unsynced.Count;

    /// <summary>From now on every write fails, as on a disk that is full or gone.</summary>
    public void Break() => _broken = true;

    public void Mend() => _broken = false;

    /// <summary>What a power loss leaves: everything that was synced, and of the batches after it the oldest <paramref name="surviving"/>.</summary>
    public void LosePower(int surviving = 0)
    {
        _state = surviving == 0 ? _durable : _unsynced[Math.Min(surviving, _unsynced.Count) - 1];
        _durable = _state;
        _unsynced.Clear();
    }

    /// <summary>A store with the same content that goes its own way: a disk image taken now.</summary>
    public MemoryStore Copy() => new() { _state = _state, _durable = _state };

    public bool TryGet(Family family, ReadOnlySpan<byte> key, IBufferWriter<byte> value)
    {
        if (_state.Find(family, key) is not { } entry) return false;
        value.Write(entry.Value);
        return true;
    }

    public IStoreSnapshot Snapshot() => new MemorySnapshot(_state);

    public IStoreBatch CreateBatch() => new MemoryBatch();

    public void Write(IStoreBatch batch, bool sync)
    {
        if (_broken) throw new StoreException(StoreFault.Failed, "the store in memory was told to fail");
        var state = _state;
        var families = new ImmutableSortedSet<MemoryEntry>.Builder?[state.Families.Length];
        var sizes = state.Sizes.ToArray();
        foreach (var write in ((MemoryBatch)batch).Writes)
        {
            var entries = families[(int)write.Family] ??= state[write.Family].ToBuilder();
            if (write.RangeEnd is { } end) RemoveRange(entries, write.Key, end, ref sizes[(int)write.Family]);
            else Replace(entries, write.Key, write.Value, ref sizes[(int)write.Family]);
        }

        var next = new MemoryState([.. state.Families.Select((entries, i) => families[i]?.ToImmutable() ?? entries)], [.. sizes]);
        _state = next;
        if (sync)
        {
            _durable = next;
            _unsynced.Clear();
        }
        else _unsynced.Add(next);
    }

    public IStoreCursor Cursor(Family family) => new MemoryCursor(_state[family]);

    public long ApproximateBytes(Family family) => _state.Sizes[(int)family];

    /// <summary>Closing forgets nothing: the same instance may be opened by the next engine, as a folder on a disk would be.</summary>
    public void Dispose()
    {
        _durable = _state;
        _unsynced.Clear();
    }

    private static void Replace(ImmutableSortedSet<MemoryEntry>.Builder entries, byte[] key, byte[]? value, ref long size)
    {
        var entry = new MemoryEntry(key, value ?? []);
        if (entries.TryGetValue(entry, out var old))
        {
            entries.Remove(old);
            size -= old.Size;
        }

        if (value is null) return;
        entries.Add(entry);
        size += entry.Size;
    }

    private static void RemoveRange(ImmutableSortedSet<MemoryEntry>.Builder entries, byte[] from, byte[] to, ref long size)
    {
        var index = entries.IndexOf(new MemoryEntry(from, []));
        if (index < 0) index = ~index;
        while (index < entries.Count && entries[index].Key.AsSpan().SequenceCompareTo(to) < 0)
        {
            size -= entries[index].Size;
            entries.Remove(entries[index]);
        }
    }
}
