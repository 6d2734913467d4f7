using System.Buffers;
using Harper.Core.Storage;
using RocksDbSharp;

namespace Harper.Storage.Rocks;

/// <summary>One database on disk: a RocksDB instance with five families. Safe for one writer and any number of readers.</summary>
public sealed unsafe class RocksStore : IOrderedStore
{
    /// <summary>Longer than the longest read view may live.</summary>
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(35);

    private static readonly string[] SizeProperties = ["rocksdb.live-sst-files-size", "rocksdb.cur-size-all-mem-tables"];

    private readonly RocksDb _database;
    private readonly ColumnFamilyHandle[] _families;
    private readonly ReadOptions _read = new();
    private readonly WriteOptions _synced = Hinted(sync: true);
    private readonly WriteOptions _unsynced = Hinted(sync: false);
    private readonly RocksUsers _users = new();
    private RocksBatch? _spare;

    private RocksStore(RocksDb database, string folder)
    {
        (_database, Folder) = (database, folder);
        _families = [.. RocksOptions.FamilyNames.Select(name => database.GetColumnFamily(name))];
    }

    public string Folder { get; }

    internal static RocksStore Open(string folder, RocksSettings settings, RocksSharedMemory memory)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new RocksStore(RocksDb.Open(RocksOptions.ForDatabase(memory), folder, RocksOptions.ForFamilies(settings, memory)), folder);
        }
        catch (RocksDbException exception)
        {
            throw RocksFaults.Map(exception, folder);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StoreException(StoreFault.NoPermission, $"No permission to make the database folder {folder}: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new StoreException(StoreFault.Failed, $"The database folder {folder} cannot be made: {exception.Message}", exception);
        }
    }

    public bool TryGet(Family family, ReadOnlySpan<byte> key, IBufferWriter<byte> value) => Get(_read.Handle, family, key, value);

    public IStoreSnapshot Snapshot()
    {
        _users.Enter();
        return new RocksSnapshot(this, _database.CreateSnapshot());
    }

    public IStoreBatch CreateBatch() => Interlocked.Exchange(ref _spare, null) ?? new RocksBatch(this, [.. _families.Select(family => family.Handle)]);

    public void Write(IStoreBatch batch, bool sync)
    {
        _users.Enter();
        try
        {
            Native.Instance.rocksdb_write(_database.Handle, (sync ? _synced : _unsynced).Handle, ((RocksBatch)batch).Handle);
        }
        catch (RocksDbException exception)
        {
            throw RocksFaults.Map(exception, Folder);
        }
        finally
        {
            _users.Leave();
        }
    }

    public IStoreCursor Cursor(Family family) => Cursor(family, _read);

    public long ApproximateBytes(Family family)
    {
        _users.Enter();
        try
        {
            var bytes = 0L;
            foreach (var property in SizeProperties)
            {
                ulong value = 0;
                if (Native.Instance.rocksdb_property_int_cf(_database.Handle, _families[(int)family].Handle, property, (IntPtr)(&value)) == 0) bytes += (long)value;
            }

            return bytes;
        }
        finally
        {
            _users.Leave();
        }
    }

    /// <summary>
    /// Closes the database once the last reader has gone. Should one not go, the database stays open until the process ends: everything that was
    /// acknowledged is on disk in any case.
    /// </summary>
    public void Dispose()
    {
        if (!_users.Close(ClosingPatience)) return;
        Interlocked.Exchange(ref _spare, null)?.Release();
        _database.Dispose();
    }

    internal bool Get(IntPtr options, Family family, ReadOnlySpan<byte> key, IBufferWriter<byte> value)
    {
        _users.Enter();
        try
        {
            return Get(options, _families[(int)family].Handle, key, value, 1024);
        }
        catch (RocksDbException exception)
        {
            throw RocksFaults.Map(exception, Folder);
        }
        finally
        {
            _users.Leave();
        }
    }

    internal IStoreCursor Cursor(Family family, ReadOptions options)
    {
        _users.Enter();
        try
        {
            return new RocksCursor(this, _database.NewIterator(_families[(int)family], options));
        }
        catch
        {
            _users.Leave();
            throw;
        }
    }

    internal void Leave() => _users.Leave();

    /// <summary>A batch is used again: its memory has grown to what commits need.</summary>
    internal void GiveBack(RocksBatch batch)
    {
        batch.Clear();
        Interlocked.Exchange(ref _spare, batch)?.Release();
    }

    private bool Get(IntPtr options, IntPtr family, ReadOnlySpan<byte> key, IBufferWriter<byte> value, int room)
    {
        while (true)
        {
            var buffer = value.GetSpan(room);
            UIntPtr length;
            fixed (byte* keyBytes = key, target = buffer)
            {
                var fits = Native.Instance.rocksdb_get_into_buffer_cf(
                    _database.Handle, options, family, keyBytes, (UIntPtr)key.Length, (IntPtr)target, (UIntPtr)buffer.Length, out length, out var found);
                if (found == 0) return false;
                if (fits != 0)
                {
                    value.Advance((int)length);
                    return true;
                }
            }

            room = checked((int)length);
        }
    }

    private static WriteOptions Hinted(bool sync)
    {
        var options = new WriteOptions().SetSync(sync);
        Native.Instance.rocksdb_writeoptions_set_memtable_insert_hint_per_batch(options.Handle, 1);
        return options;
    }
}
