using Akka.Actor;
using Harper.Actors.Node;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Core.Commit;
using Harper.Core.Sessions;

namespace Harper.Actors.Apply;

/// <summary>
/// ⑧ Hands what one connection received to the writer of its database: in order, with a bounded number in flight, and answers in order, many at
/// once. Parent: ReceivingConnectionActor. What waits here is bounded by the connection's inbound budget. When it fails its parent stops, and
/// the session resumes from what is durable.
/// </summary>
internal sealed class ApplyActor : DescribedActor
{
    private readonly IDatabaseHandle _database;
    private readonly int _maxInFlight;
    private readonly long _maxBytes;
    private readonly Queue<ReceivingEffect.Apply> _waiting = new();
    private readonly Queue<(Task<CommitResult>? Answer, ReceivingEffect.Apply Item)> _inFlight = new();
    private long _inFlightBytes;
    private long _applied;
    private bool _failed;

    public static Props Props(IDatabaseHandle database, int maxInFlight, long maxBytes) =>
        ActorProps.Of(() => new ApplyActor(database, maxInFlight, maxBytes)).WithDeploy(Deploy.Local);

    /// <summary>The oldest request in flight was answered.</summary>
    private sealed record Answered : INotInfluenceReceiveTimeout
    {
        public static readonly Answered Instance = new();
    }

    public ApplyActor(IDatabaseHandle database, int maxInFlight, long maxBytes)
    {
        _database = database;
        _maxInFlight = maxInFlight;
        _maxBytes = maxBytes;
        Receive<ApplyProtocol.Apply>(OnApply);
        Receive<Answered>(_ => OnAnswered());
    }

    protected override string DescribeState() => _failed ? "failed" : _inFlight.Count == 0 ? "idle" : "applying";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
        [Figure("waiting", _waiting.Count), Figure("inFlight", _inFlight.Count), Figure("inFlightBytes", _inFlightBytes), Figure("applied", _applied)];

    private void OnApply(ApplyProtocol.Apply apply)
    {
        foreach (var item in apply.Items) _waiting.Enqueue(item);
        var armed = _inFlight.Count > 0;
        Start();
        if (!armed) Arm();
    }

    private void Start()
    {
        while (!_failed && _waiting.Count > 0 && _inFlight.Count < _maxInFlight && (_inFlightBytes < _maxBytes || _inFlight.Count == 0))
        {
            var item = _waiting.Dequeue();
            _inFlight.Enqueue((item.Request is { } request ? _database.CommitAsync(request) : null, item));
            _inFlightBytes += item.Bytes;
        }
    }

    /// <summary>One message for however many are answered by then.</summary>
    private void Arm()
    {
        if (_inFlight.Count == 0) return;
        var oldest = _inFlight.Peek().Answer;
        var self = Self;
        if (oldest is null || oldest.IsCompleted) self.Tell(Answered.Instance);
        else _ = oldest.ContinueWith(_ => self.Tell(Answered.Instance), TaskContinuationOptions.ExecuteSynchronously);
    }

    private void OnAnswered()
    {
        var (count, bytes, copyCompleted) = (0, 0L, false);
        double? confirmed = null;
        CommitResult.Rejected? failure = null;
        while (!_failed && _inFlight.TryPeek(out var oldest) && (oldest.Answer is null || oldest.Answer.IsCompleted))
        {
            _inFlight.Dequeue();
            _inFlightBytes -= oldest.Item.Bytes;
            count++;
            bytes += oldest.Item.Bytes;
            failure = FailureOf(oldest.Answer);
            _failed = failure is not null;
            if (_failed) break;
            copyCompleted |= oldest.Item.Request is CommitRequest.CopyComplete;
            if (oldest.Item.Position is { } position && !(position <= confirmed)) confirmed = position;
        }

        _applied += count;
        Start();
        Arm();
        if (count > 0) Context.Parent.Tell(new ApplyProtocol.Applied(new AppliedBatch(count, bytes, confirmed, copyCompleted, failure)));
    }

    private static CommitResult.Rejected? FailureOf(Task<CommitResult>? answer) => answer switch
    {
        null => null,
        { IsCompletedSuccessfully: true } => answer.Result as CommitResult.Rejected,
        _ => new CommitResult.Rejected(CommitRejection.StoreFailed, answer.Exception?.GetBaseException().Message ?? "the commit was cancelled"),
    };
}
