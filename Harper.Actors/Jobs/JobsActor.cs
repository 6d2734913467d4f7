using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Actors.Supervision;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Jobs;

/// <summary>
/// Owns the jobs of the node: closes the rows of jobs that an earlier life left open, and lets a bounded number run at a time.
/// Child of NodeActor; restarted after a failure, which stops the jobs under way (their rows say so).
/// <code>preparing ──rows closed──► ready</code>
/// </summary>
internal sealed class JobsActor : DescribedActor, IWithTimers
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly NodeServices _services;
    private readonly JobSettings _settings;
    private readonly JobTable _table;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<IActorRef> _waiting = new();
    private readonly HashSet<IActorRef> _running = [];
    private readonly List<JobProtocol.Start> _early = [];
    private int _alive;
    private long _started;
    private bool _ready;

    public JobsActor(NodeServices services)
    {
        _services = services;
        _settings = services.Settings.Jobs;
        _table = new JobTable(services.Databases.Find(DatabaseName.System) ?? throw new InvalidOperationException("The system database is not open."));
        Receive<Prepare>(_ => OnPrepare());
        Receive<Prepared>(OnPrepared);
        Receive<JobProtocol.Start>(OnStart);
        Receive<JobProtocol.Waiting>(_ => OnWaiting());
        Receive<Terminated>(message => OnEnded(message.ActorRef));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(NodeServices services) => ActorProps.Of(() => new JobsActor(services)).WithDeploy(Deploy.Local);

    protected override void PreStart() => OnPrepare();

    protected override SupervisorStrategy SupervisorStrategy() => SupervisionPolicies.Jobs();

    protected override string DescribeState() => _ready ? "ready" : "preparing";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
        [Figure("running", _running.Count), Figure("waiting", _waiting.Count), Figure("started", _started)];

    private void OnPrepare()
    {
        var (table, now) = (_table, _services.Clock.NowMs);
        Task.Run(async () =>
        {
            foreach (var row in table.FindUnfinished())
            {
                var closed = row with { Status = JobStatus.Error, EndTime = now, Message = "The node stopped before the job ended." };
                if (await table.WriteAsync(closed).ConfigureAwait(false) is CommitResult.Rejected rejected) return new Prepared(rejected.Message);
            }
            return new Prepared(null);
        }).PipeTo(Self, failure: error => new Prepared(error.Message));
    }

    private void OnPrepared(Prepared message)
    {
        if (message.Problem is { } problem)
        {
            _log.Error("The jobs of an earlier life cannot be closed: {0}", problem);
            Timers.StartSingleTimer(nameof(Prepare), Prepare.Instance, RetryDelay);
            return;
        }
        _ready = true;
        foreach (var early in _early) Begin(early);
        _early.Clear();
    }

    private void OnStart(JobProtocol.Start message)
    {
        if (_alive + _early.Count >= _settings.MaxRunning + _settings.MaxWaiting)
            message.Started.TrySetException(new OperationError(503, $"{_settings.MaxWaiting} jobs are waiting already. Try again later."));
        else if (_ready) Begin(message);
        else _early.Add(message);
    }

    private void Begin(JobProtocol.Start job)
    {
        var id = Guid.NewGuid().ToString();
        Context.Watch(Context.ActorOf(JobActor.Props(id, job, _table, _settings, _services.Clock), id));
        _alive++;
        _started++;
    }

    private void OnWaiting()
    {
        _waiting.Enqueue(Sender);
        RunNext();
    }

    private void OnEnded(IActorRef job)
    {
        _alive--;
        _running.Remove(job);
        RunNext();
    }

    private void RunNext()
    {
        while (_running.Count < _settings.MaxRunning && _waiting.TryDequeue(out var job))
        {
            if (Context.Child(job.Path.Name).IsNobody()) continue;
            _running.Add(job);
            job.Tell(JobProtocol.Run.Instance);
        }
    }

    private sealed record Prepare : IDeadLetterSuppression
    {
        public static readonly Prepare Instance = new();
    }

    private sealed record Prepared(string? Problem) : IDeadLetterSuppression;
}
