using Akka.Actor;
using Akka.Event;
using Harper.Actors.Node;
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

/// <summary>A socket that a peer dialled, identified and admitted.</summary>
/// <param name="Peer">Who it is by its admission; NODE_NAME may say another name (the acceptor does not compare).</param>
/// <param name="First">Its NODE_NAME, which named the database. Messages before it (operations) are the acceptor's to answer.</param>
/// <param name="Sends">What may be served of that database; none: the subscription is refused with 1008.</param>
public sealed record SendingConnection(NodeName Peer, ControlFrame.PeerName First, TableFilter Sends, int Number, IPeerSocket Socket);

/// <summary>
/// A socket that a peer dialled, from its NODE_NAME to its close: runs what <see cref="SendingState"/> decides. Parent: PeerActor, which is told
/// <see cref="ConnectionProtocol.StatusChanged"/> and at the end <see cref="ConnectionProtocol.Ended"/>. Child: one SubscriptionActor per request. It owns the
/// socket; when it or its child fails, the socket closes and it stops: the peer dials again.
/// </summary>
public sealed class SendingConnectionActor : DescribedActor, IWithTimers
{
    private readonly ConnectionServices _services;
    private readonly SendingConnection _connection;
    private readonly IDatabaseHandle? _database;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _ended = new();
    private readonly ConnectionWriter _writer;
    private readonly SubscriptionProgress _progress = new();
    private readonly BackPressureMeter _pressure = new();
    private readonly OutgoingChanges _changes;
    private readonly CreditGate _credit;
    private readonly OriginalListening _listening = new();

    /// <summary>Effects that wait until the stream before them cannot reach the socket any more.</summary>
    private readonly Queue<SendingEffect> _held = new();
    private SendingState _state;
    private IActorRef? _subscription;
    private bool _stopping;
    private int _subscriptions;
    private double _inStepAt;
    private bool _closing;
    private Task? _closed;
    private string? _lastError;

    public static Props Props(ConnectionServices services, SendingConnection connection) =>
        ActorProps.Of(() => new SendingConnectionActor(services, connection)).WithDeploy(Deploy.Local);

    private sealed record TickDue : INotInfluenceReceiveTimeout
    {
        public static readonly TickDue Instance = new();
    }

    private sealed record StatusDue : INotInfluenceReceiveTimeout
    {
        public static readonly StatusDue Instance = new();
    }

    private sealed record WriterPassed
    {
        public static readonly WriterPassed Instance = new();
    }

    private sealed record OperationAnswered(ControlFrame.OperationResponse Response) : INoSerializationVerificationNeeded;

    private sealed record SubscriptionStopped(IActorRef Subscription);

    public SendingConnectionActor(ConnectionServices services, SendingConnection connection)
    {
        _services = services;
        _connection = connection;
        var name = connection.First.Database;
        _database = services.Databases.Find(name);
        _writer = new ConnectionWriter(connection.Socket);
        var capabilities = connection.First.Announcement?.Capabilities ?? [];
        _changes = new OutgoingChanges(
            services.Self, capabilities.Contains(WireCapabilities.Batches), capabilities.Contains(WireCapabilities.Parts), held: capabilities.Contains(WireCapabilities.Held));
        _credit = new CreditGate(capabilities.Contains(WireCapabilities.Credit));
        var isReplicated = services.Replicated().Includes(name) || !connection.Sends.IsNone;
        _state = SendingState.Start(new SendingContext(
            services.Self, services.NodeId, connection.Peer, name, _database is not null, isReplicated, connection.Sends));
        Receive<WriterPassed>(_ => Begin());
        Receive<ReaderProtocol.FrameArrived>(frame =>
        {
            if (frame.Frame is ControlFrame.CommittedUpdate) _listening.Heard();
            On(new SendingEvent.FrameReceived(frame.Frame));
        });
        Receive<ReaderProtocol.NotDecoded>(error => End(ConnectionEndKind.Resume, PeerClose.Transient, error.Message));
        Receive<ReaderProtocol.SocketEnded>(ended => End(ConnectionEndKind.Lost, ended.Close.Code, ended.Close.Reason));
        Receive<SendingEvent>(On);
        Receive<SubscriptionProtocol.CopySent>(_ => OnStream(SendingEvent.CopySent.Instance));
        Receive<SubscriptionProtocol.Broken>(broken => OnStream(new SendingEvent.StreamBroken(broken.Reason, broken.OwnSeen)));
        Receive<SubscriptionStopped>(OnSubscriptionStopped);
        Receive<ConnectionProtocol.Close>(OnClose);
        Receive<ConnectionProtocol.FilterChanged>(changed => On(new SendingEvent.FilterChanged(changed.Filter)));
        Receive<ConnectionProtocol.DatabaseOpened>(opened => On(new SendingEvent.DatabaseOpened(opened.Database)));
        Receive<ConnectionProtocol.CopyTo>(_ => On(SendingEvent.CopyAsked.Instance));
        Receive<OperationAnswered>(answered => Send(answered.Response));
        Receive<TickDue>(_ => On(SendingEvent.Tick.Instance));
        Receive<StatusDue>(_ => Tell());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The name below its PeerActor.</summary>
    public static string NameOf(DatabaseName database, int number) => $"sending-{Node.NodePaths.Escape(database.Value)}-{number}";

    protected override string DescribeState() => SendingStatus.Words(_state);

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() => ConnectionFigures.Of(Status());

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Escalate);

    protected override void PreStart()
    {
        _connection.Socket.Identified();
        _services.Coordinator.Tell(new SessionProtocol.Join(_connection.First.Database, _connection.Peer, Receives: false));
        Timers.StartPeriodicTimer("tick", TickDue.Instance, _services.Settings.TickInterval);
        Timers.StartPeriodicTimer("status", StatusDue.Instance, _services.Settings.StatusInterval);
        if (_database is null) Begin();
        else WriterBarrier.PassAsync(_database).PipeTo(Self, success: () => WriterPassed.Instance);
    }

    private void Begin()
    {
        if (_closing) return;
        On(new SendingEvent.FrameReceived(_connection.First));
        _ = new ConnectionReader(_connection.Socket, null, null, Self).RunAsync(_ended.Token);
    }

    protected override void PostStop()
    {
        _ = ConnectionClosing.FinishAsync(_closed, _connection.Socket, _ended);
    }

    private void On(SendingEvent happened)
    {
        var before = _state.Phase;
        var (next, effects) = _state.On(happened, Moment(), _services.Clock.NowMs);
        if (next.Confirmed != _state.Confirmed && next.Confirmed is { } confirmed)
        {
            _progress.Confirmed(confirmed);
            _services.Confirmations?.Report(_connection.First.Database, _connection.Peer, confirmed);
        }

        if (!ReferenceEquals(next.Request, _state.Request) && next.Request is not null)
            Context.Parent.Tell(new ConnectionProtocol.Asked(_connection.First.Database, next.IsRelay ? next.Origins[0] : null));
        _state = next;
        foreach (var effect in effects) _held.Enqueue(effect);
        RunHeld();
        if (before != next.Phase) Tell();
    }

    /// <summary>From the stream that runs now; one that was stopped has nothing to say any more.</summary>
    private void OnStream(SendingEvent happened)
    {
        if (!_stopping && Sender.Equals(_subscription)) On(happened);
    }

    private void RunHeld()
    {
        while (!_stopping && _held.TryDequeue(out var effect)) Run(effect);
    }

    private void Run(SendingEffect effect)
    {
        switch (effect)
        {
            case SendingEffect.Send send: Send(send.Frame); break;
            case SendingEffect.AnnounceDatabases announce: Announce(announce.Only); break;
            case SendingEffect.SendOriginMap map: SendOrigins(map); break;
            case SendingEffect.Stream stream: Start(new SubscriptionWork(stream.Plan, null, _state.Kind)); break;
            case SendingEffect.Copy copy: Start(new SubscriptionWork(copy.Plan.Then, copy.Plan, _state.Kind)); break;
            case SendingEffect.StopStream: StopStream(); break;
            case SendingEffect.Credit credit: _credit.Grant(credit.UpTo); break;
            case SendingEffect.Commit commit: _ = _database?.CommitAsync(commit.Request); break;
            case SendingEffect.Claim claim: Judge(claim); break;
            case SendingEffect.RunOperation run: Operate(run.Request); break;
            case SendingEffect.Note note:
                if (note.IsAlarm) _log.Warning("{Database} to {Peer}: {Text}", _connection.First.Database, _connection.Peer, note.Text);
                else _log.Info("{Database} to {Peer}: {Text}", _connection.First.Database, _connection.Peer, note.Text);
                break;
            case SendingEffect.Close close: End(close.Reason.Kind, close.Reason.Code, close.Reason.Reason); break;
        }
    }

    /// <summary>A database that stops says nothing of it: the peer asks again.</summary>
    private void Judge(SendingEffect.Claim claim) => _database!.CommitAsync(claim.Request).PipeTo(
        Self, success: result => SendingEvent.ClaimJudged.Of(claim.Reason, result),
        failure: _ => new SendingEvent.ClaimJudged(claim.Reason, null, Changed: false));

    private void Start(SubscriptionWork work)
    {
        _changes.BeginStream();
        var parts = new SubscriptionParts(_services.Self, _database!, _connection.Socket, _changes, _credit, _listening, _progress, _services.Settings);
        _subscription = Context.ActorOf(SubscriptionActor.Props(parts, work), $"subscription-{++_subscriptions}");
        Context.WatchWith(_subscription, new SubscriptionStopped(_subscription));
    }

    private void StopStream()
    {
        if (_subscription is null) return;
        _stopping = true;
        _subscription.Tell(SubscriptionProtocol.Stop.Instance);
    }

    private void OnSubscriptionStopped(SubscriptionStopped stopped)
    {
        if (!stopped.Subscription.Equals(_subscription)) return;
        _subscription = null;
        _stopping = false;
        RunHeld();
    }

    private void SendOrigins(SendingEffect.SendOriginMap map)
    {
        var positions = _database!.Engine.Positions;
        var known = positions.Through.Keys.Concat(positions.Floor.Keys).Concat(positions.Cursors.Keys).Distinct();
        _changes.Offer(map.Agreed, positions);
        if (!_writer.Send(_changes.OriginMap(known, map.Subscribed))) End(ConnectionEndKind.Resume, PeerClose.Transient, "the peer does not read");
    }

    /// <summary>On <c>system</c>: the tables that may flow to the peer, of every database or of one of them (W 3.5).</summary>
    private void Announce(DatabaseName? only)
    {
        foreach (var database in _services.Databases.All.OrderBy(each => each.Name.Value, StringComparer.Ordinal))
        {
            if (database.Name.IsSystem || (only is { } name && database.Name != name)) continue;
            var catalog = database.Engine.Catalog;
            var tables = SchemaAnnouncement.Of(catalog, _services.Sends(_connection.Peer, LocalDatabase.Of(catalog)), withOptions: _state.Kind == PeerKind.Ours);
            if (!tables.IsEmpty) Send(new ControlFrame.DbSchema(tables, database.Name));
        }
    }

    private void Send(ControlFrame frame)
    {
        if (!_writer.Send(frame)) End(ConnectionEndKind.Resume, PeerClose.Transient, "the peer does not read");
    }

    private void Operate(ControlFrame.OperationRequest request) =>
        _services.Operations.RunAsync(_connection.Peer, request, _ended.Token).PipeTo(
            Self, success: response => new OperationAnswered(response),
            failure: error => new OperationAnswered(new ControlFrame.OperationResponse(request.RequestId, "{}"u8.ToArray(), error.Message)));

    private void OnClose(ConnectionProtocol.Close close)
    {
        if (close.ForGood) _writer.Send(ControlFrame.Disconnect.Instance);
        End(ConnectionEndKind.Asked, close.Code, close.Reason);
    }

    private void End(ConnectionEndKind kind, int code, string reason)
    {
        if (_closing) return;
        _closing = true;
        _lastError = reason;
        var madeProgress = _state.Confirmed is not null;
        _state = _state with { Phase = SendingPhase.Ended };
        _closed = ConnectionClosing.RunAsync(_writer, _connection.Socket, new PeerClose(code, Admission.Cut(reason)));
        Context.Parent.Tell(new ConnectionProtocol.Ended(Status() with { Connected = false }, new ConnectionEnd(kind, code, reason, madeProgress)));
        Context.Stop(Self);
    }

    private SessionMoment? Moment() =>
        _database is null ? null : new SessionMoment(_services.Clock.NowMs, _database.Engine.Positions, _database.Engine.Catalog) { LogBytes = _database.Engine.Statistics.LogBytes };

    private ConnectionStatus Status()
    {
        var figures = _progress.Read();
        var (head, now) = (_database?.Engine.Positions.Head, _services.Clock.NowMs);
        if (SendingStatus.IsInStep(figures, head)) _inStepAt = now;
        var lag = SendingStatus.Lag(_state, figures, head, _inStepAt, now);
        return SendingStatus.Of(_state, _connection, figures, lag, _pressure.Percent(figures.BlockedTicks), _lastError);
    }

    private void Tell() => Context.Parent.Tell(new ConnectionProtocol.StatusChanged(Status()));
}
