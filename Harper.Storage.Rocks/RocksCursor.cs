using Harper.Core.Storage;
using RocksDbSharp;

namespace Harper.Storage.Rocks;

/// <summary>Walks one family. An end that is an error says so: damaged files must not look like the end of the data.</summary>
internal sealed class RocksCursor(RocksStore store, Iterator iterator) : IStoreCursor
{
    private Iterator? _iterator = iterator;

    public bool Valid { get; private set; }

    public ReadOnlySpan<byte> Key => Current.GetKeySpan();

    public ReadOnlySpan<byte> Value => Current.GetValueSpan();

    private Iterator Current => _iterator ?? throw new ObjectDisposedException(nameof(RocksCursor));

    public void Seek(ReadOnlySpan<byte> key)
    {
        Current.Seek(key);
        Settle();
    }

    public void SeekForPrevious(ReadOnlySpan<byte> key)
    {
        Current.SeekForPrev(key.ToArray());
        Settle();
    }

    public void SeekToLast()
    {
        Current.SeekToLast();
        Settle();
    }

    public void Next()
    {
        if (!Valid) return;
        Current.Next();
        Settle();
    }

    public void Previous()
    {
        if (!Valid) return;
        Current.Prev();
        Settle();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _iterator, null) is not { } open) return;
        Valid = false;
        open.Dispose();
        store.Leave();
    }

    private void Settle()
    {
        Valid = Current.Valid();
        if (Valid) return;
        try
        {
            Native.Instance.rocksdb_iter_get_error(Current.Handle);
        }
        catch (RocksDbException exception)
        {
            throw RocksFaults.Map(exception, store.Folder);
        }
    }
}
