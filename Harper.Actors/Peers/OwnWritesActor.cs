using Akka.Actor;
using Akka.Event;
using Harper.Actors.Commit;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Sessions;

namespace Harper.Actors.Peers;

/// <summary>
/// Lets local writes go on once the peers were asked for lost own writes, or after the bound with an alarm (rule 16). Parent: PeersActor. It looks at what the
/// connections last said, and holds nothing: after a failure it is restarted and looks again.
/// </summary>
internal sealed class OwnWritesActor : DescribedActor, IWithTimers
{
    public const string ActorName = "~own-writes";

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly PeersServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private long _alarms;

    public OwnWritesActor(PeersServices services)
    {
        _services = services;
        Receive<Look>(_ => OnLook());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(PeersServices services) => ActorProps.Of(() => new OwnWritesActor(services)).WithDeploy(Deploy.Local);

    protected override string DescribeState() => _services.Databases.All.Any(IsHeld) ? "asking" : "resting";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
        [Figure("alarms", _alarms), .. _services.Databases.All.Where(IsHeld).Select(database => Figure(database.Name.Value, database.LocalWrites!.Held?.Reason))];

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Look), Look.Instance, LookInterval);

    private static bool IsHeld(IDatabaseHandle database) => database.LocalWrites?.Held is not null;

    private void OnLook()
    {
        foreach (var database in _services.Databases.All)
            if (database.LocalWrites is { Held: { } hold } gate) Judge(database, gate, hold);
    }

    private void Judge(IDatabaseHandle database, LocalWriteGate gate, LocalWriteHold hold)
    {
        var positions = database.Engine.Positions;
        var verdict = OwnWritesAsking.Decide(_services.Clock.NowMs - hold.SinceMs, Answers(database.Name, positions), PeerMarks.RecoversOwn(positions, _services.Self), _services.Synced);
        if (!verdict.Open) return;
        gate.Release();
        if (verdict.Alarm is null) return;
        _alarms++;
        var waited = Math.Round((_services.Clock.NowMs - hold.SinceMs) / 1000, 1);
        _log.Warning("Local writes to database {Database} are accepted after {Seconds} s: {Reason}", database.Name, waited, verdict.Alarm);
    }

    private List<(NodeName, OwnWritesAnswer)>? Answers(DatabaseName database, ReplicationPositions positions)
    {
        if (!_services.View.Ready.IsCompleted) return null;
        return [.. _services.View.Current.Plan.Peers.Values
            .Where(peer => peer.Dialled.Any(link => link.Database == database))
            .Select(peer => (peer.Peer, Answer(peer, database, positions)))];
    }

    private OwnWritesAnswer Answer(PeerPlan peer, DatabaseName database, ReplicationPositions positions)
    {
        if (_services.Board.Find(peer.Peer)?.Databases.GetValueOrDefault(database.Value) is not { } status) return OwnWritesAnswer.Awaited;
        if (status.Receiving is { OwnWritesAsked: true } && !PeerMarks.HasLostOf(positions, peer.Peer)) return OwnWritesAnswer.Given;
        if (status.LastError is not { } error || status.Connected) return OwnWritesAnswer.Awaited;
        return error.Code == nameof(PeerTransportFailure.Unreachable) ? OwnWritesAnswer.Down : OwnWritesAnswer.Unreachable;
    }

    private sealed record Look : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly Look Instance = new();
    }
}
