using System.Buffers;

namespace Harper.Core.Storage.Memory;

/// <summary>A memory store at one moment.</summary>
internal sealed class MemorySnapshot(MemoryState state) : IStoreSnapshot
{
    public bool TryGet(Family family, ReadOnlySpan<byte> key, IBufferWriter<byte> value)
    {
        if (state.Find(family, key) is not { } entry) return false;
        value.Write(entry.Value);
        return true;
    }

    public IStoreCursor Cursor(Family family) => new MemoryCursor(state[family]);

    public void Dispose()
    {
    }
}
