using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Reading;
using Harper.Core.Sessions;
using Harper.Core.Storage.Memory;
using Harper.Core.TransactionLog;

namespace Harper.Tests.Core.Replication;

/// <summary>A node of a simulated cluster: the real engine over a disk in memory, a queue of commits, a clock that is wrong.</summary>
internal sealed class SimulatedNode : IDatabaseHandle
{
    private readonly ReplicationWorld _world;
    private readonly MemoryStore _store = new();
    private readonly Queue<(CommitRequest Request, Action<CommitResult> Answer)> _commits = new();
    private readonly List<double> _holds = [];
    private readonly EngineSettings _settings;

    public SimulatedNode(ReplicationWorld world, int index, double skew, bool sync)
    {
        _world = world;
        Self = new NodeName($"127.0.0.{index + 2}");
        Index = index;
        Skew = skew;
        _settings = EngineSettings.Default with { Sync = sync };
        Engine = Open();
    }

    public int Index { get; }

    public NodeName Self { get; }

    public double Skew { get; }

    public double Now => _world.Time + Skew;

    public DatabaseEngine Engine { get; private set; }

    public CopyCoordination Coordination { get; set; } = CopyCoordination.Empty;

    IDatabaseEngine IDatabaseHandle.Engine => Engine;

    public DatabaseName Name => DatabaseName.Data;

    public bool HasCommits => _commits.Count > 0;

    public event Action<IDatabaseHandle>? SchemaChanged;

    public SessionMoment Moment() => new(Now, Engine.Positions, Engine.Catalog);

    public void Enqueue(CommitRequest request, Action<CommitResult> answer) => _commits.Enqueue((request, answer));

    /// <summary>One commit group of whatever size; the answers come after it.</summary>
    public void CommitSome(int most)
    {
        var group = new List<(CommitRequest Request, Action<CommitResult> Answer)>();
        while (group.Count < most && _commits.TryDequeue(out var next)) group.Add(next);
        if (group.Count == 0) return;
        var outcome = Engine.Commit([.. group.Select(each => each.Request)], Now);
        for (var i = 0; i < group.Count; i++)
        {
            if (ReplicationTrace.IsOn) ReplicationTrace.Write(_world.Time, Self, group[i].Request, outcome.Results[i]);
            group[i].Answer(outcome.Results[i]);
        }

        if (outcome.SchemaChanged) SchemaChanged?.Invoke(this);
    }

    /// <summary>Killed: what waits is gone; without syncing also the newest of what was written.</summary>
    public void Kill(int surviving)
    {
        _commits.Clear();
        _holds.Clear();
        SchemaChanged = null;
        Coordination = CopyCoordination.Empty;
        if (!_settings.Sync) _store.LosePower(surviving);
        Engine = Open();
    }

    public int Unsynced => _store.Unsynced;

    public void Trim(double upTo)
    {
        foreach (var hold in _holds) upTo = Math.Min(upTo, hold);
        Enqueue(new CommitRequest.TrimLog(upTo), _ => { });
    }

    public Task<CommitResult> CommitAsync(CommitRequest request)
    {
        var answer = new TaskCompletionSource<CommitResult>();
        Enqueue(request, result => answer.SetResult(result));
        return answer.Task;
    }

    public IReadView OpenView() => Engine.OpenView(Now);

    public LogStretch ReadLog(double after, int maxBytes) => Engine.ReadLog(after, maxBytes);

    public Task WaitForLogAsync(double after, CancellationToken cancellation) => throw new InvalidOperationException("the simulation does not wait");

    public IDisposable HoldLog(double after)
    {
        _holds.Add(after);
        return new Hold(this, after);
    }

    private DatabaseEngine Open() => DatabaseEngine.Open(_store, DatabaseName.Data, Self, _settings, Now, _world.NextGuid);

    private sealed class Hold(SimulatedNode node, double after) : IDisposable
    {
        public void Dispose() => node._holds.Remove(after);
    }
}
