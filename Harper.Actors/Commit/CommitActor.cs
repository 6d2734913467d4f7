using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Actors.TransactionLog;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Time;

namespace Harper.Actors.Commit;

/// <summary>
/// ③ The only writer of a database, on a thread of its own. Commits group by group what waits in the queue: one batch, one sync, then the tail of the
/// log and the answers; while one group is written the next fills, so there is no timer. Child of DatabaseActor. When the store
/// fails, whoever waits is told so and the failure goes up to the node: a lost store is a lost node.
/// </summary>
internal sealed class CommitActor : DescribedActor
{
    private static readonly CommitResult.Rejected Stopping = new(CommitRejection.Stopping, "The database is stopping.");

    private readonly IDatabaseEngine _engine;
    private readonly CommitQueue _queue;
    private readonly LogTail _tail;
    private readonly DatabaseHandle _handle;
    private readonly IClock _clock;
    private readonly NodeName _self;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<PendingCommit> _group = [];
    private readonly List<CommitRequest> _requests = [];
    private long _groups;
    private long _transactions;
    private long _records;
    private TimeSpan _lastGroup;
    private TimeSpan _longestGroup;
    private bool _draining;

    public CommitActor(IDatabaseEngine engine, CommitQueue queue, LogTail tail, DatabaseHandle handle, NodeServices services)
    {
        _engine = engine;
        _queue = queue;
        _tail = tail;
        _handle = handle;
        _clock = services.Clock;
        _self = services.Self;
        Receive<CommitProtocol.Wake>(_ => OnWake());
        Receive<CommitProtocol.Drain>(_ => OnDrain());
    }

    public static Props Props(IDatabaseEngine engine, CommitQueue queue, LogTail tail, DatabaseHandle handle, NodeServices services) =>
        ActorProps.Of(() => new CommitActor(engine, queue, tail, handle, services))
            .OnDispatcher("harper.dispatchers.commit");

    protected override void PreStart()
    {
        var self = Self;
        _queue.Attach(() => self.Tell(CommitProtocol.Wake.Instance));
    }

    protected override void PostStop()
    {
        _queue.Close(Stopping);
        _queue.RejectAll(Stopping);
    }

    protected override string DescribeState() => _draining ? "draining" : _queue.IsEmpty ? "idle" : "committing";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
    [
        Figure("groups", _groups), Figure("transactions", _transactions), Figure("records", _records),
        Figure("waitingLocal", _queue.WaitingLocal), Figure("waitingLocalBytes", _queue.WaitingLocalBytes),
        Figure("waitingRemote", _queue.WaitingRemote), Figure("waitingRemoteBytes", _queue.WaitingRemoteBytes),
        Figure("refused", _queue.Refused), Figure("lastGroupMs", Math.Round(_lastGroup.TotalMilliseconds, 2)),
        Figure("longestGroupMs", Math.Round(_longestGroup.TotalMilliseconds, 2)),
    ];

    // One group per message: the actor stays open to Describe and Drain between groups.
    private void OnWake()
    {
        CommitGroup();
        if (!_queue.Rest()) Self.Tell(CommitProtocol.Wake.Instance);
    }

    private void OnDrain()
    {
        _draining = true;
        _queue.Close(Stopping);
        while (!_queue.IsEmpty) CommitGroup();
        Context.Stop(Self);
    }

    private void CommitGroup()
    {
        _queue.Take(_group);
        if (_group.Count == 0) return;
        foreach (var pending in _group) _requests.Add(pending.Request);
        var started = Stopwatch.GetTimestamp();
        var missed = PeerMarks.MissesOwn(_engine.Positions, _self);
        try
        {
            var outcome = _engine.Commit(_requests, _clock.NowMs);
            System.Diagnostics.Debug.Assert(outcome.Results.Length == _group.Count, "One result per request.");
            if (!missed && PeerMarks.MissesOwn(_engine.Positions, _self)) _handle.LocalWrites?.Hold(_clock.NowMs, "own writes that a peer has are fetched back");
            _tail.Append(outcome.Logged);
            for (var i = 0; i < _requests.Count; i++)
                if (_requests[i] is CommitRequest.TrimLog trim && outcome.Results[i] is CommitResult.Maintained { Count: > 0 }) _tail.DropBefore(Math.BitIncrement(trim.UpTo));
            if (outcome.SchemaChanged) _handle.RaiseSchemaChanged();
            for (var i = 0; i < _group.Count; i++) _group[i].TrySetResult(outcome.Results[i]);
            Count(Stopwatch.GetElapsedTime(started));
        }
        catch (Exception failure)
        {
            throw Lost(failure);
        }
        finally
        {
            _queue.Release(_group);
            _group.Clear();
            _requests.Clear();
        }
    }

    private void Count(TimeSpan elapsed)
    {
        _groups++;
        _transactions += _group.Count;
        foreach (var pending in _group) _records += pending.Records;
        _lastGroup = elapsed;
        if (elapsed > _longestGroup) _longestGroup = elapsed;
    }

    private StoreLostException Lost(Exception failure)
    {
        var lost = new StoreLostException(_engine.Name, failure.Message, failure);
        var rejected = new CommitResult.Rejected(CommitRejection.StoreFailed, lost.Message);
        _log.Error(failure, "Database [{0}]: a commit group of {1} requests failed, the store is lost", _engine.Name, _group.Count);
        _queue.Close(rejected);
        foreach (var pending in _group) pending.TrySetResult(rejected);
        _queue.RejectAll(rejected);
        return lost;
    }
}
