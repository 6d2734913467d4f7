using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;

namespace Harper.Actors.Peers;

/// <summary>
/// One peer, for as long as the plan names it: outlives its connections, dials once per database with back-off, takes over sockets that the
/// peer dials, replaces and closes them. Parent: PeersActor. A connection that fails is stopped and counts as lost; when this actor fails it
/// is restarted and begins from the plan.
/// </summary>
public sealed class PeerActor : DescribedActor, IWithTimers
{
    private readonly PeersServices _services;
    private readonly PeerConnections _connections;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly SortedDictionary<string, PeerDatabase> _databases = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private PeerPlan _plan;
    private int _number;
    private string? _leaving;

    /// <param name="plan">What it begins with; after a restart the view's plan goes before it.</param>
    public static Props Props(PeersServices services, PeerConnections connections, PeerPlan plan) =>
        ActorProps.Of(() => new PeerActor(services, connections, plan)).WithDeploy(Deploy.Local);

    public PeerActor(PeersServices services, PeerConnections connections, PeerPlan plan)
    {
        _services = services;
        _connections = connections;
        _plan = services.View.Current.Plan.Find(plan.Peer) ?? plan;
        Receive<PeerProtocol.PlanChanged>(changed => OnPlan(changed.Plan));
        Receive<PeerProtocol.GuestPlan>(guest => _plan = guest.Plan with { Links = _plan.Links.SetItems(guest.Plan.Links) });
        Receive<PeerProtocol.ServeSocket>(OnAccepted);
        Receive<PeerProtocol.Leave>(leave => OnLeave(leave.Reason));
        Receive<PeerProtocol.Resync>(OnResync);
        Receive<Dialled>(OnDialled);
        Receive<DialFailed>(OnDialFailed);
        Receive<RetryDue>(due => Dial(Of(due.Database)));
        Receive<ConnectionProtocol.StatusChanged>(changed => OnStatus(changed.Status));
        Receive<ConnectionProtocol.Asked>(asked => Replace(Of(asked.Database).Asked(Sender, asked.RelayOf)));
        Receive<ConnectionProtocol.Announced>(announced =>
        {
            if (_databases.GetValueOrDefault(announced.Database.Value)?.IsThereAgain() == true) Dial(Of(announced.Database));
        });
        Receive<ConnectionProtocol.Ended>(ended =>
        {
            Of(ended.Status.Database).Count(ended.Status, ended: true);
            OnEnded(Sender, ended.Status.Database, ended.Status, ended.End);
        });
        Receive<Terminated>(gone => OnTerminated(gone.ActorRef));
        Receive<CutNow>(_ => Context.Stop(Self));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Let in by credentials without a record: it lives as long as its last connection.</summary>
    private bool IsGuest => _plan.Record is null && _plan.Route is null;

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(error =>
        {
            _log.Error(error, "A connection with {Peer} failed; its socket is closed", _plan.Peer);
            return Directive.Stop;
        });

    protected override string DescribeState()
    {
        if (_leaving is not null) return "leaving";
        if (_plan.NotDialled is { } reason) return $"not dialled: {reason}";
        var dialled = _plan.Dialled.ToList();
        var connected = dialled.Count(link => _databases.TryGetValue(link.Database.Value, out var database) && database.IsConnected);
        return connected == dialled.Count ? "connected" : connected == 0 ? "away" : $"connected for {connected} of {dialled.Count} databases";
    }

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures()
    {
        yield return Figure("url", _plan.Url);
        foreach (var database in _databases.Values)
        {
            yield return Figure($"{database.Name}.dial", database.Dial.Phase.ToString());
            yield return Figure($"{database.Name}.failures", database.Dial.Failures);
            yield return Figure($"{database.Name}.served", database.Sending is not null);
            if (database.LastError is { } error) yield return Figure($"{database.Name}.lastError", $"{error.Code} {error.Reason}");
        }
    }

    protected override void PreStart() => OnPlan(_plan);

    protected override void PostStop()
    {
        _stopping.Cancel();
        _services.Board.Remove(_plan.Peer);
        _services.View.Forget(_plan.Peer);
    }

    private void OnPlan(PeerPlan plan)
    {
        if (_leaving is not null) return;
        var recordChanged = plan.Url != _plan.Url || !Text(plan).Equals(Text(_plan), StringComparison.Ordinal) || !plan.SameLinks(_plan);
        var opened = plan.OpenedSince(_plan).ToList();
        _plan = plan;
        foreach (var link in plan.Dialled) Of(link.Database);
        foreach (var database in _databases.Values.ToList()) Follow(database, recordChanged);
        _databases.GetValueOrDefault(DatabaseName.System.Value)?.SpeakOf(opened);
        Show();
    }

    /// <summary>Brings the connections of a database in line with the plan.</summary>
    private void Follow(PeerDatabase database, bool recordChanged)
    {
        var link = _plan.Dialled.FirstOrDefault(candidate => candidate.Database == database.Name);
        if (link is null)
        {
            database.Receiving?.Tell(new ConnectionProtocol.Close(PeerClose.Policy, "No longer subscribed"));
            if (database.Receiving is null && database.Dial.Phase != DialPhase.Dialling) database.Dial = database.Dial.Stopped();
            Timers.Cancel(database.Name);
        }
        else
        {
            if (database.Receiving is { } receiving && database.ReceivingFilter != link.Receives)
                receiving.Tell(new ConnectionProtocol.FilterChanged(database.ReceivingFilter = link.Receives));
            if (recordChanged) database.Dial = database.Dial.Encouraged();
            if (database.Dial.Phase == DialPhase.Idle) Dial(database);
        }
        var sends = _plan.SendsFor(database.Name);
        if (database.SendingFilter == sends) return;
        database.SendingFilter = sends;
        foreach (var sending in database.Sockets) sending.Tell(new ConnectionProtocol.FilterChanged(sends));
    }

    private void Dial(PeerDatabase database)
    {
        if (_leaving is not null || database.Receiving is not null || !database.Dial.MayDial) return;
        if (!_plan.Dialled.Any(link => link.Database == database.Name) || _services.Databases.Find(database.Name) is null) return;
        Timers.Cancel(database.Name);
        database.Dial = database.Dial.Dialling(_services.Clock.NowMs);
        var dial = new PeerDial(
            new Uri(_plan.Url!), PeerDial.LocalAddressOf(_services.Self.Value), _services.HeadersFor(_plan.Peer), _services.DialDeadline, _services.Sockets) { Peer = _plan.Peer };
        var name = database.Name;
        PeerDialling.OpenAsync(_services.Transport, dial, _stopping.Token)
            .PipeTo(Self, success: socket => new Dialled(name, socket), failure: error => new DialFailed(name, PeerDialling.Cause(error)));
    }

    private void OnDialled(Dialled dialled)
    {
        var database = Of(dialled.Database);
        var link = _plan.Dialled.FirstOrDefault(candidate => candidate.Database == dialled.Database);
        if (_leaving is not null || link is null || _services.Databases.Find(dialled.Database) is not { } handle)
        {
            database.Dial = database.Dial.Stopped();
            _ = dialled.Socket.CloseAsync(new PeerClose(PeerClose.Normal, "No longer subscribed"));
            return;
        }
        database.Dial = database.Dial.Opened(_services.Clock.NowMs);
        var number = ++_number;
        var connection = ReceivingConnection.Of(_plan, link, handle, number, dialled.Socket);
        database.ReceivingFilter = link.Receives;
        database.Receiving = Context.Watch(Context.ActorOf(_connections.Receiving(connection), ReceivingConnectionActor.NameOf(database.Name, number)));
        if (database.TakesUpResync()) database.Receiving.Tell(ConnectionProtocol.Resync.Instance);
        Show();
    }

    private void OnDialFailed(DialFailed failed)
    {
        var database = Of(failed.Database);
        var code = failed.Error is PeerTransportException transport ? transport.Failure.ToString() : failed.Error.GetType().Name;
        Lost(database, DialEnd.Lost, false, new PeerConnectionError(code, failed.Error.Message, _services.Clock.NowMs));
    }

    private void OnAccepted(PeerProtocol.ServeSocket accepted)
    {
        if (_leaving is { } reason)
        {
            _ = accepted.Socket.CloseAsync(new PeerClose(PeerClose.Policy, reason));
            return;
        }
        var database = Of(accepted.First.Database);
        var number = ++_number;
        var connection = new SendingConnection(_plan.Peer, accepted.First, accepted.Sends, number, accepted.Socket);
        database.SendingFilter = accepted.Sends;
        var serving = Context.Watch(Context.ActorOf(_connections.Sending(connection), SendingConnectionActor.NameOf(database.Name, number)));
        Replace(database.Accept(serving, replaces: accepted.First.Announcement is not null));
        // It is there: no need to wait for the back-off; and what it gave up for this database holds no longer.
        foreach (var waiting in _databases.Values.Where(candidate => candidate.Dial.Phase == DialPhase.Waiting || candidate == database).ToList())
        {
            waiting.Dial = waiting.Dial.Encouraged();
            Dial(waiting);
        }
        Show();
    }

    private static void Replace(IActorRef? over) => over?.Tell(new ConnectionProtocol.Close(PeerClose.GoingAway, "replaced by a newer connection"));

    private void OnStatus(ConnectionStatus status)
    {
        if (!_databases.TryGetValue(status.Database.Value, out var database)) return;
        database.Count(status);
        var before = database.IsConnected;
        if (!database.Take(Sender, status)) return;
        if (!before && database.IsConnected) _log.Info("Connected to {Peer} for {Database}", _plan.Peer, database.Name);
        Show();
    }

    private void OnEnded(IActorRef connection, DatabaseName name, ConnectionStatus? status, ConnectionEnd end)
    {
        var database = Of(name);
        if (database.Beside.Remove(connection)) return;
        if (status is not null) database.Take(connection, status with { Connected = false });
        if (connection.Equals(database.Sending))
        {
            database.EndSending();
            Show();
        }
        if (!connection.Equals(database.Receiving)) return;
        database.Receiving = null;
        Lost(database, PeerDatabase.EndOf(end.Kind), end.MadeProgress, new PeerConnectionError($"{end.Code}", end.Reason, _services.Clock.NowMs));
    }

    private void Lost(PeerDatabase database, DialEnd end, bool madeProgress, PeerConnectionError error)
    {
        if (_leaving is not null || !_plan.Dialled.Any(link => link.Database == database.Name))
        {
            database.Dial = database.Dial.Stopped();
            Show();
            return;
        }
        var (next, delay) = database.Dial.Ended(end, madeProgress, _services.Clock.NowMs, database.Reconnect(_services.Reconnect), _services.Chance());
        var again = database.LastError is { } last && last.Code == error.Code && last.Reason == error.Reason && database.Dial.Failures > 0;
        (database.Dial, database.LastError) = (next, error);
        if (end == DialEnd.ForGood || (end == DialEnd.Refused && next.Failures == 2)) // Once may be the moment before a record has gossiped.
            _log.Warning("{Peer} {Says} for {Database}: {Reason}", _plan.Peer, end == DialEnd.ForGood ? "said never again" : "refuses this node", database.Name, error.Reason);
        else if (!again) _log.Info("No connection to {Peer} for {Database}: {Code} {Reason}", _plan.Peer, database.Name, error.Code, error.Reason);
        if (delay is { } wait) Timers.StartSingleTimer(database.Name, new RetryDue(database.Name), wait);
        Show();
    }

    private void OnTerminated(IActorRef connection)
    {
        foreach (var database in _databases.Values.ToList())
        {
            database.Beside.Remove(connection);
            if (connection.Equals(database.Receiving) || connection.Equals(database.Sending))
                OnEnded(connection, database.Name, connection.Equals(database.Receiving) ? database.ReceivingStatus : database.SendingStatus,
                    new ConnectionEnd(ConnectionEndKind.Lost, PeerClose.Abnormal, "the connection failed", false));
        }
        var last = !Context.GetChildren().Any(child => !child.Equals(connection));
        if (last && (_leaving is not null || IsGuest)) Context.Stop(Self);
    }

    private void OnLeave(string reason)
    {
        _leaving = reason;
        _stopping.Cancel();
        Timers.CancelAll();
        if (!Context.GetChildren().Any())
        {
            Context.Stop(Self);
            return;
        }
        foreach (var connection in Context.GetChildren()) connection.Tell(new ConnectionProtocol.Close(PeerClose.Policy, Admission.Cut(reason)));
        Timers.StartSingleTimer(CutNow.Instance, CutNow.Instance, _services.CloseDeadline);
    }

    private void OnResync(PeerProtocol.Resync resync)
    {
        var known = _databases.GetValueOrDefault(resync.Database.Value) ?? new PeerDatabase(resync.Database);
        var refused = resync.ToPeer ? known.CopyTo(_plan.Peer) : known.Resync(_plan.Peer);
        Sender.Tell(refused is null ? PeerProtocol.ResyncStarted.Instance : new PeerProtocol.ResyncRefused(refused));
    }

    private PeerDatabase Of(DatabaseName name)
    {
        if (_databases.TryGetValue(name.Value, out var database)) return database;
        return _databases[name.Value] = new PeerDatabase(name);
    }

    private void Show()
    {
        var status = new PeerStatus(_plan.Peer, _plan, _databases.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.Status, StringComparer.Ordinal));
        _services.Board.Show(status);
        _services.View.Report(new MemberPresence(_plan.Peer, status.AwaySinceMs, status.IsInStep));
    }

    private static string Text(PeerPlan plan) => plan.Record is { } record ? System.Text.Encoding.UTF8.GetString(record.ToJson().Span) : "";

    private sealed record Dialled(DatabaseName Database, IPeerSocket Socket) : PeerProtocol.ICarriesSocket, INoSerializationVerificationNeeded;
    private sealed record DialFailed(DatabaseName Database, Exception Error);
    private sealed record RetryDue(DatabaseName Database) : INotInfluenceReceiveTimeout;
    private sealed record CutNow { public static readonly CutNow Instance = new(); }
}
