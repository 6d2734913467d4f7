using System.Collections.Concurrent;
using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Reading;
using Harper.Core.Storage.Memory;
using Harper.Core.TransactionLog;

namespace Harper.Tests.Support;

/// <summary>The databases of a node without actors: the real engine over stores in memory, commits done on the caller's thread.</summary>
internal sealed class MemoryDatabases(NodeName self) : IDatabaseDirectory, IDisposable
{
    private readonly ConcurrentDictionary<DatabaseName, MemoryDatabase> _databases = new();

    public IReadOnlyCollection<IDatabaseHandle> All => [.. _databases.Values];

    public event Action<DatabaseName, IDatabaseHandle?>? Changed;

    public IDatabaseHandle? Find(DatabaseName name) => _databases.GetValueOrDefault(name);

    public MemoryDatabase Open(DatabaseName name) => _databases.GetOrAdd(name, _ => new MemoryDatabase(name, self));

    public Task<(IDatabaseHandle Database, bool Created)> CreateAsync(DatabaseName name)
    {
        var created = !_databases.ContainsKey(name);
        var database = Open(name);
        if (created) Changed?.Invoke(name, database);
        return Task.FromResult(((IDatabaseHandle)database, created));
    }

    public Task<bool> DropAsync(DatabaseName name)
    {
        if (!_databases.TryRemove(name, out var database)) return Task.FromResult(false);
        database.Dispose();
        Changed?.Invoke(name, null);
        return Task.FromResult(true);
    }

    public void Dispose()
    {
        foreach (var database in _databases.Values) database.Dispose();
    }
}

/// <summary>One of them.</summary>
internal sealed class MemoryDatabase(DatabaseName name, NodeName self) : IDatabaseHandle, IDisposable
{
    private readonly Lock _writer = new();
    private TaskCompletionSource _bell = NewBell();

    public DatabaseName Name { get; } = name;

    public IDatabaseEngine Engine { get; } =
        DatabaseEngine.Open(new MemoryStore(), name, self, EngineSettings.Default, Now, Guid.NewGuid);

    /// <summary>When set, every local commit is answered with this instead: to force what a busy or failing node says.</summary>
    public CommitResult? Refuse { get; set; }

    public event Action<IDatabaseHandle>? SchemaChanged;

    private static double Now => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;

    public Task<CommitResult> CommitAsync(CommitRequest request)
    {
        if (Refuse is { } refusal && request is CommitRequest.Local) return Task.FromResult(refusal);
        CommitOutcome outcome;
        lock (_writer) outcome = Engine.Commit([request], Now);
        Interlocked.Exchange(ref _bell, NewBell()).SetResult();
        if (outcome.SchemaChanged) SchemaChanged?.Invoke(this);
        return Task.FromResult(outcome.Results[0]);
    }

    private static TaskCompletionSource NewBell() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadView OpenView() => Engine.OpenView(Now);

    public LogStretch ReadLog(double after, int maxBytes) => Engine.ReadLog(after, maxBytes);

    public async Task WaitForLogAsync(double after, CancellationToken cancellation)
    {
        while (true)
        {
            var bell = Volatile.Read(ref _bell);
            if (Engine.Positions.Head > after) return;
            await bell.Task.WaitAsync(cancellation);
        }
    }

    public IDisposable HoldLog(double after) => new Hold();

    public void Dispose() => Engine.Dispose();

    private sealed class Hold : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
