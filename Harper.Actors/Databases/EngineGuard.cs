using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Positions;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;

namespace Harper.Actors.Databases;

/// <summary>
/// The engine as everybody but the writer sees it. Counts who is reading, so that the store is never closed under a reader: that would
/// end the process, not the request.
/// </summary>
internal sealed class EngineGuard(IDatabaseEngine engine) : IDatabaseEngine
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EngineStatistics _lastStatistics = new(0, 0, 0, 0, 0, ImmutableDictionary<TableName, long>.Empty);
    private int _readers;
    private bool _closed;

    public DatabaseName Name => engine.Name;

    public DatabaseCatalog Catalog => engine.Catalog;

    public ReplicationPositions Positions => engine.Positions;

    public EngineStatistics Statistics
    {
        get
        {
            if (!TryEnter()) return _lastStatistics;
            try { return _lastStatistics = engine.Statistics; }
            finally { Leave(); }
        }
    }

    /// <summary>Views and reads under way.</summary>
    public int Readers => Volatile.Read(ref _readers);

    public CommitOutcome Commit(IReadOnlyList<CommitRequest> group, double now) =>
        throw new InvalidOperationException("Only the commit actor commits; requests go through IDatabaseHandle.CommitAsync.");

    public IReadView OpenView(double now)
    {
        Enter();
        try { return new GuardedView(engine.OpenView(now), this); }
        catch { Leave(); throw; }
    }

    public LogStretch ReadLog(double after, int maxBytes) => Reading(() => engine.ReadLog(after, maxBytes));

    public LogStretch ReadLogBackwards(double before, int maxBytes) => Reading(() => engine.ReadLogBackwards(before, maxBytes));

    public ImmutableArray<QuarantinedTransaction> ReadQuarantine(int max) => Reading(() => engine.ReadQuarantine(max));

    /// <summary>Lets nobody in any more; closes the engine and completes with true when the last reader has left. False at the deadline: it stays open.</summary>
    public async Task<bool> CloseAsync(TimeSpan deadline)
    {
        lock (_gate)
        {
            if (!_closed && _readers == 0) _idle.TrySetResult();
            _closed = true;
        }
        try { await _idle.Task.WaitAsync(deadline).ConfigureAwait(false); }
        catch (TimeoutException) { return false; }
        engine.Dispose();
        return true;
    }

    public void Dispose()
    {
    }

    internal void Leave()
    {
        lock (_gate)
        {
            _readers--;
            if (_closed && _readers == 0) _idle.TrySetResult();
        }
    }

    private T Reading<T>(Func<T> read)
    {
        Enter();
        try { return read(); }
        finally { Leave(); }
    }

    private void Enter()
    {
        if (!TryEnter()) throw new OperationError(503, $"Database '{Name}' is closed");
    }

    private bool TryEnter()
    {
        lock (_gate)
        {
            if (_closed) return false;
            _readers++;
            return true;
        }
    }
}
