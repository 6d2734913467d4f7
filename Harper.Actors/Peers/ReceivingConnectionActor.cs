using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Harper.Actors.Node;
using Harper.Actors.Apply;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Subscriptions;
using Harper.Actors.Transport;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Dictionaries;

namespace Harper.Actors.Peers;

/// <summary>A socket that we dialled and that is open.</summary>
/// <param name="Peer">The name under which it was dialled: what NODE_NAME must say.</param>
/// <param name="Receives">What may be taken (DatabaseLink.Receives).</param>
/// <param name="StartTime">The first copy takes only data after it (epoch milliseconds); null: everything. Never for <c>system</c> (R-SYN-07).</param>
public sealed record ReceivingConnection(
    NodeName Peer, IDatabaseHandle Database, TableFilter Receives, double? StartTime, int Number, IPeerSocket Socket)
{
    /// <summary>The same where nothing is here yet, whoever is copied from.</summary>
    public double? FirstStartTime { get; init; }

    /// <summary>As the plan wants it. A start time is never for <c>system</c> (R-SYN-07).</summary>
    public static ReceivingConnection Of(PeerPlan plan, DatabaseLink link, IDatabaseHandle database, int number, IPeerSocket socket)
    {
        var isData = !link.Database.IsSystem;
        return new ReceivingConnection(plan.Peer, database, link.Receives, isData ? plan.StartTime : null, number, socket)
        {
            FirstStartTime = isData ? plan.FirstStartTime : null,
        };
    }
}

/// <summary>
/// A socket that we dialled, from open to closed: runs what <see cref="ReceivingState"/> decides. Parent: PeerActor, which is told
/// <see cref="ConnectionProtocol.StatusChanged"/> and at the end <see cref="ConnectionProtocol.Ended"/>. Child: ApplyActor. It owns the socket; when it
/// or its child fails, the socket closes and it stops: whatever is durable is where the next session goes on.
/// </summary>
public sealed class ReceivingConnectionActor : DescribedActor, IWithTimers
{
    private readonly ConnectionServices _services;
    private readonly ReceivingConnection _connection;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _ended = new();
    private readonly ConnectionWriter _writer;
    private readonly InboundGate _gate;
    private readonly ByteCreditMeter _credit;
    private readonly List<ReceivingEffect.Apply> _toApply = [];
    private ReceivingState _state;
    private IActorRef _apply = ActorRefs.Nobody;
    private string? _lastError;
    private readonly WithheldAnnouncements _withheld = new();

    /// <summary>Announced and being made: a burst of announcements is counted before the first of them is there.</summary>
    private readonly HashSet<DatabaseName> _making = [];
    private bool _toldTooMany, _toldNotKept;
    private bool _closing;
    private Task? _closed;

    public static Props Props(ConnectionServices services, ReceivingConnection connection) =>
        ActorProps.Of(() => new ReceivingConnectionActor(services, connection)).WithDeploy(Deploy.Local);

    private sealed record TickDue : INotInfluenceReceiveTimeout
    {
        public static readonly TickDue Instance = new();
    }

    private sealed record StatusDue : INotInfluenceReceiveTimeout
    {
        public static readonly StatusDue Instance = new();
    }

    private sealed record OperationAnswered(ControlFrame.OperationResponse Response) : INoSerializationVerificationNeeded;

    private sealed record ElsewhereMade(DatabaseName Database);

    private sealed record ElsewhereFailed(DatabaseName Database, Exception Error);

    public ReceivingConnectionActor(ConnectionServices services, ReceivingConnection connection)
    {
        _services = services;
        _connection = connection;
        var settings = services.Settings;
        _writer = new ConnectionWriter(connection.Socket);
        _gate = new InboundGate(settings.InboundBytes, services.Budget);
        _credit = new ByteCreditMeter(settings.InboundBytes);
        _state = ReceivingState.Start(new ReceivingContext(
            services.Self, services.NodeId, connection.Peer, connection.Database.Name, connection.Receives, connection.StartTime,
            new SessionDeadlines(
                settings.NameDeadline.TotalMilliseconds, settings.ProgressDeadline.TotalMilliseconds,
                settings.ProgressDeadlineOfOriginals.TotalMilliseconds, settings.SilentCopy.TotalMilliseconds, Copy: settings.CopyTimeout.TotalMilliseconds))
        {
            FirstStartTime = connection.FirstStartTime,
        });
        Receive<ReaderProtocol.DataArrived>(data => On(new ReceivingEvent.DataReceived(data.Transactions, data.Bytes)));
        Receive<ReaderProtocol.FrameArrived>(frame => On(new ReceivingEvent.FrameReceived(frame.Frame)));
        Receive<ReaderProtocol.NotDecoded>(OnNotDecoded);
        Receive<ReaderProtocol.SocketEnded>(ended => OnSocketEnded(ended.Close));
        Receive<ApplyProtocol.Applied>(OnApplied);
        Receive<ReceivingEvent>(On);
        Receive<ConnectionProtocol.Close>(OnClose);
        Receive<ConnectionProtocol.Resync>(_ => On(ReceivingEvent.ResyncAsked.Instance));
        Receive<ConnectionProtocol.PlanMoved>(_ =>
        {
            foreach (var again in _withheld.Take()) Ensure(again);
        });
        Receive<ConnectionProtocol.FilterChanged>(changed => On(new ReceivingEvent.FilterChanged(changed.Filter)));
        Receive<OperationAnswered>(answered => Send(answered.Response));
        Receive<ElsewhereMade>(made => _making.Remove(made.Database));
        Receive<ElsewhereFailed>(failed =>
        {
            _making.Remove(failed.Database);
            _log.Warning(failed.Error, "Could not make {Database} as {Peer} announces it", failed.Database, connection.Peer);
        });
        Receive<TickDue>(_ => On(ReceivingEvent.Tick.Instance));
        Receive<StatusDue>(_ => Tell());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The name below its PeerActor.</summary>
    public static string NameOf(DatabaseName database, int number) => $"receiving-{Node.NodePaths.Escape(database.Value)}-{number}";

    protected override string DescribeState() => ReceivingStatus.Words(_state);

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() => ConnectionFigures.Of(Status());

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Escalate);

    protected override void PreStart()
    {
        _connection.Socket.Identified();
        _apply = Context.ActorOf(
            ApplyActor.Props(_connection.Database, _services.Settings.InFlightTransactions, _services.Settings.InboundBytes), "apply");
        _services.Coordinator.Tell(new SessionProtocol.Join(_connection.Database.Name, _connection.Peer, Receives: true));
        Timers.StartPeriodicTimer("tick", TickDue.Instance, _services.Settings.TickInterval);
        Timers.StartPeriodicTimer("status", StatusDue.Instance, _services.Settings.StatusInterval);
        var changes = new IncomingChanges(FrameLimits.Default);
        _ = new ConnectionReader(_connection.Socket, changes, _gate, Self).RunAsync(_ended.Token);
        WriterBarrier.PassAsync(_connection.Database).PipeTo(Self, success: () => ReceivingEvent.Opened.Instance);
    }

    protected override void PostStop()
    {
        _gate.Close();
        _ = ConnectionClosing.FinishAsync(_closed, _connection.Socket, _ended);
    }

    private void On(ReceivingEvent happened)
    {
        var before = _state;
        var (next, effects) = _state.On(happened, Moment());
        _state = next;
        foreach (var effect in effects) Run(effect);
        FlushApply();
        if (before.Phase != next.Phase || before.IsFlowing != next.IsFlowing) Tell();
    }

    private void Run(ReceivingEffect effect)
    {
        switch (effect)
        {
            case ReceivingEffect.Apply apply: _toApply.Add(apply); break;
            case ReceivingEffect.Send send:
                if (send.Frame is ControlFrame.SubscriptionRequest && _state.IsOurs) Grant();
                Send(send.Frame);
                break;
            case ReceivingEffect.AskTurn ask: _services.Coordinator.Tell(new SessionProtocol.AskTurn(ask.Copy)); break;
            case ReceivingEffect.PassTurn: _services.Coordinator.Tell(SessionProtocol.PassTurn.Instance); break;
            case ReceivingEffect.CopyEnded: _services.Coordinator.Tell(SessionProtocol.CopyEnded.Instance); break;
            case ReceivingEffect.EnsureElsewhere elsewhere: Ensure(elsewhere); break;
            case ReceivingEffect.RunOperation run: Operate(run.Request); break;
            case ReceivingEffect.Alarm alarm:
                _lastError = alarm.Text;
                _log.Warning("{Database} from {Peer}: {Text}", _connection.Database.Name, _connection.Peer, alarm.Text);
                break;
            case ReceivingEffect.Close close: End(close.Reason.Kind, close.Reason.Code, close.Reason.Reason); break;
        }
    }

    private void FlushApply()
    {
        if (_toApply.Count == 0) return;
        _apply.Tell(new ApplyProtocol.Apply([.. _toApply]));
        _toApply.Clear();
    }

    private void OnApplied(ApplyProtocol.Applied applied)
    {
        _gate.Return(applied.Batch.Bytes);
        On(new ReceivingEvent.Applied(applied.Batch));
        if (_credit.Consumed(applied.Batch.Bytes)) Grant();
    }

    /// <summary>Nothing of it is kept, and it is asked for again: the sender may send as much once more.</summary>
    private void OnNotDecoded(ReaderProtocol.NotDecoded error)
    {
        On(new ReceivingEvent.Undecodable(error.Code, error.Message));
        if (_credit.Consumed(error.Bytes)) Grant();
    }

    /// <summary>Between ours: as much as is free here.</summary>
    private void Grant()
    {
        if (!_state.IsOurs || !_state.Theirs!.Capabilities.Contains(WireCapabilities.Credit)) return;
        _credit.Resize(_state.CopyTurn ? _services.Settings.CopyWindowBytes : _services.Settings.InboundBytes);
        Send(new ControlFrame.ByteCredit(_credit.Grant()));
    }

    private void Send(ControlFrame frame)
    {
        if (!_writer.Send(frame)) End(ConnectionEndKind.Resume, PeerClose.Transient, "the peer does not read");
    }

    private void Operate(ControlFrame.OperationRequest request) =>
        _services.Operations.RunAsync(_connection.Peer, request, _ended.Token).PipeTo(
            Self, success: response => new OperationAnswered(response),
            failure: error => new OperationAnswered(new ControlFrame.OperationResponse(request.RequestId, "{}"u8.ToArray(), error.Message)));

    /// <summary>On <c>system</c>: a database that another node has and that may flow from it comes to be here (W 3.5).</summary>
    private void Ensure(ReceivingEffect.EnsureElsewhere elsewhere)
    {
        if (!_services.Replicated().Includes(elsewhere.Database)) return;
        if (!elsewhere.Tables.IsDefaultOrEmpty) Context.Parent.Tell(new ConnectionProtocol.Announced(elsewhere.Database));
        var known = _services.Databases.Find(elsewhere.Database);
        var most = _services.Settings.AnnouncedDatabases;
        if (known is null && !_making.Contains(elsewhere.Database) && _services.Databases.All.Count + _making.Count(name => _services.Databases.Find(name) is null) >= most)
        {
            if (!_toldTooMany) _log.Error("{Peer} announces more databases than the {Most} that are made on announcement; make {Database} here with create_database if it is wanted", _connection.Peer, most, elsewhere.Database);
            _toldTooMany = true;
            return;
        }

        var local = known is null ? new LocalDatabase(elsewhere.Database, []) : LocalDatabase.Of(known.Engine.Catalog);
        var filter = _services.Receives(_connection.Peer, local);
        if (!_withheld.Keep(elsewhere.Database, elsewhere.Tables.Where(table => !filter.Allows(table.Table))) && !_toldNotKept)
        {
            _toldNotKept = true;
            _log.Warning("{Peer} announces more tables that may not be taken than are remembered; should some of {Database} be wanted later, restart this node then", _connection.Peer, elsewhere.Database);
        }

        var edits = SchemaAnnouncement.Edits(known?.Engine.Catalog, elsewhere.Database, elsewhere.Tables.Where(table => filter.Allows(table.Table)));
        if (edits.IsEmpty) return;
        _making.Add(elsewhere.Database);
        EnsureAsync(elsewhere.Database, edits).PipeTo(
            Self, success: () => new ElsewhereMade(elsewhere.Database), failure: error => new ElsewhereFailed(elsewhere.Database, error.GetBaseException()));
    }

    private async Task EnsureAsync(DatabaseName name, ImmutableArray<Harper.Core.Schema.SchemaEdit> edits)
    {
        var (database, _) = await _services.Databases.CreateAsync(name).ConfigureAwait(false);
        await database.CommitAsync(new CommitRequest.Schema(edits)).ConfigureAwait(false);
    }

    private void OnSocketEnded(PeerClose close)
    {
        if (_state.Phase == ReceivingPhase.Ended) return;
        var kind = close is { ByPeer: true, Code: PeerClose.Policy } ? ConnectionEndKind.Refused : ConnectionEndKind.Lost;
        End(kind, close.Code, close.Reason);
    }

    private void OnClose(ConnectionProtocol.Close close)
    {
        if (close.ForGood) _writer.Send(ControlFrame.Disconnect.Instance);
        End(ConnectionEndKind.Asked, close.Code, close.Reason);
    }

    private void End(ConnectionEndKind kind, int code, string reason)
    {
        if (_closing) return;
        _closing = true;
        FlushApply();
        _lastError = reason;
        _state = _state with { Phase = ReceivingPhase.Ended };
        _closed = ConnectionClosing.RunAsync(_writer, _connection.Socket, new PeerClose(code, Admission.Cut(reason)));
        Context.Parent.Tell(new ConnectionProtocol.Ended(
            Status() with { Connected = false, State = "closed" }, new ConnectionEnd(kind, code, reason, _state.MadeProgress)));
        Context.Stop(Self);
    }

    private SessionMoment Moment()
    {
        var engine = _connection.Database.Engine;
        return new SessionMoment(_services.Clock.NowMs, engine.Positions, engine.Catalog);
    }

    private ConnectionStatus Status() => ReceivingStatus.Of(_state, _connection, _services.Clock.NowMs, _lastError);

    private void Tell() => Context.Parent.Tell(new ConnectionProtocol.StatusChanged(Status()));
}
