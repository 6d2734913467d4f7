using Akka.Actor;
using Akka.Event;
using Harper.Actors.Node;
using Harper.Actors.Describe;
using Harper.Core.Commit;
using Harper.Core.Operations;
using Harper.Core.Time;

namespace Harper.Actors.Jobs;

/// <summary>
/// One job: its row, its work and its progress. The work runs beside the actor; every change of status is durable before the next step. Child of
/// JobsActor. When it fails the work is cancelled and the row says so; nothing is repeated.
/// <code>creating ──row durable──► waiting ──Run──► starting ──row durable──► running ──work ended──► ending ──row durable──► (stop)</code>
/// </summary>
internal sealed class JobActor : DescribedActor, IWithTimers
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly JobProtocol.Start _job;
    private readonly JobTable _table;
    private readonly JobSettings _settings;
    private readonly IClock _clock;
    private readonly JobProgress _progress;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private JobRow _row;
    private string _state = "creating";
    private bool _writingProgress;

    public JobActor(string id, JobProtocol.Start job, JobTable table, JobSettings settings, IClock clock)
    {
        _job = job;
        _table = table;
        _settings = settings;
        _clock = clock;
        _progress = new JobProgress(id);
        _row = new JobRow(id, job.Type, job.User, JobStatus.Created, clock.NowMs);
        Receive<Stored>(OnStored);
        Receive<JobProtocol.Run>(_ => OnRun());
        Receive<Ended>(OnEnded);
        Receive<ProgressDue>(_ => OnProgressDue());
        Receive<ProgressStored>(_ => _writingProgress = false);
        Receive<Retry>(_ => Store());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string id, JobProtocol.Start job, JobTable table, JobSettings settings, IClock clock) =>
        ActorProps.Of(() => new JobActor(id, job, table, settings, clock)).WithDeploy(Deploy.Local);

    protected override void PreStart() => Store();

    protected override void PostStop()
    {
        _cancellation.Cancel();
        _job.Started.TrySetException(new OperationError(503, "The job was not started: the node is stopping."));
        // Databases close after jobs: this is still committed.
        if (_row.Status is JobStatus.Created or JobStatus.InProgress)
            _ = _table.WriteAsync(_row with { Status = JobStatus.Error, EndTime = _clock.NowMs, Message = "The job was stopped before it ended." });
    }

    protected override string DescribeState() => _state;

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
    [
        Figure("type", _row.Type), Figure("user", _row.User), Figure("status", _row.Status), Figure("message", _progress.Message ?? _row.Message),
    ];

    private void Store() => _table.WriteAsync(_row).PipeTo(Self, success: result => new Stored(result));

    private void OnStored(Stored message)
    {
        if (message.Result is CommitResult.Rejected rejected)
        {
            OnNotStored(rejected);
            return;
        }
        switch (_state)
        {
            case "creating":
                _state = "waiting";
                _job.Started.TrySetResult(_row.Id);
                Context.Parent.Tell(new JobProtocol.Waiting());
                break;
            case "starting":
                _state = "running";
                Timers.StartPeriodicTimer(nameof(ProgressDue), ProgressDue.Instance, _settings.ProgressInterval);
                Work().PipeTo(Self);
                break;
            case "ending":
                Context.Stop(Self);
                break;
        }
    }

    private void OnNotStored(CommitResult.Rejected rejected)
    {
        if (rejected.Reason == CommitRejection.Overloaded)
        {
            Timers.StartSingleTimer(nameof(Retry), Retry.Instance, RetryDelay);
            return;
        }
        _log.Error("Job [{0}] of type [{1}] cannot be written down: {2}", _row.Id, _row.Type, rejected.Message);
        _job.Started.TrySetException(new OperationError(503, rejected.Message));
        Context.Stop(Self);
    }

    private void OnRun()
    {
        _state = "starting";
        _row = _row with { Status = JobStatus.InProgress, StartTime = _clock.NowMs };
        Store();
    }

    private void OnEnded(Ended message)
    {
        Timers.CancelAll();
        _state = "ending";
        _row = _row with { Status = message.Success ? JobStatus.Complete : JobStatus.Error, EndTime = _clock.NowMs, Message = message.Message };
        Store();
    }

    private void OnProgressDue()
    {
        if (_writingProgress || _state != "running" || _progress.Message is not { } text || text == _row.Message) return;
        _row = _row with { Message = text };
        _writingProgress = true;
        _table.WriteAsync(_row).PipeTo(Self, success: _ => ProgressStored.Instance);
    }

    private Task<Ended> Work()
    {
        var (work, progress, cancelled, row) = (_job.Work, _progress, _cancellation.Token, _row);
        return Task.Run(async () =>
        {
            try
            {
                return new Ended(true, await work(progress, cancelled).ConfigureAwait(false));
            }
            catch (OperationError refused)
            {
                return new Ended(false, refused.Message);
            }
            catch (Exception failure)
            {
                return new Ended(false, $"There was an error running {row.Type} job with id {row.Id} - {failure.Message}");
            }
        }, CancellationToken.None);
    }

    private sealed record Stored(CommitResult Result);

    private sealed record Ended(bool Success, string Message) : IDeadLetterSuppression;

    private sealed record ProgressDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly ProgressDue Instance = new();
    }

    private sealed record ProgressStored : IDeadLetterSuppression
    {
        public static readonly ProgressStored Instance = new();
    }

    private sealed record Retry : IDeadLetterSuppression
    {
        public static readonly Retry Instance = new();
    }
}
