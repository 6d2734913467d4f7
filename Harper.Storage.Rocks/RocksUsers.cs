using Harper.Core.Storage;

namespace Harper.Storage.Rocks;

/// <summary>
/// Counts who uses the native database. Closing waits until nobody does: a cursor that outlives its database would take the process with it.
/// </summary>
internal sealed class RocksUsers
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _idle = new(true);
    private int _users;
    private bool _closed;

    public void Enter()
    {
        lock (_gate)
        {
            if (_closed) throw new StoreException(StoreFault.Failed, "the store is closed");
            if (_users++ == 0) _idle.Reset();
        }
    }

    public void Leave()
    {
        lock (_gate)
            if (--_users == 0)
                _idle.Set();
    }

    /// <summary>No one enters any more. True when everybody has left within the time; false: the caller must not close.</summary>
    public bool Close(TimeSpan patience)
    {
        lock (_gate)
        {
            if (_closed) return false;
            _closed = true;
        }

        return _idle.Wait(patience);
    }
}
