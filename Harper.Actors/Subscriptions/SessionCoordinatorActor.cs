using System.Collections.Immutable;
using Akka.Actor;
using Harper.Actors.Node;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Core.Identity;
using Harper.Core.Sessions;

namespace Harper.Actors.Subscriptions;

/// <summary>
/// What the connections of one node have to agree on, per database: that one copy runs at a time and nothing else is taken or served
/// meanwhile (rule 21), and which origins come directly (rules 12, 18). Parent: PeersActor. It holds nothing that the sessions do not
/// tell it: when it fails, PeersActor starts it anew and the connections with it.
/// </summary>
public sealed class SessionCoordinatorActor : DescribedActor
{
    /// <summary>Its name below PeersActor: no node is called so.</summary>
    public const string ActorName = "~sessions";

    private readonly IDatabaseDirectory _databases;
    private readonly Dictionary<IActorRef, (long Id, DatabaseName Database, NodeName Peer, bool Receives)> _sessions = [];
    private readonly Dictionary<long, IActorRef> _actors = [];
    private readonly Dictionary<DatabaseName, CopyCoordination> _coordinations = [];
    private readonly HashSet<IDatabaseHandle> _watched = [];
    private Action<DatabaseName, IDatabaseHandle?>? _onChanged;
    private Action<IDatabaseHandle>? _onSchema;
    private readonly Func<DatabaseName, IEnumerable<NodeName>> _members;
    private readonly bool _failOver;
    private long _lastId;

    /// <param name="members">Peers that this node dials for a database.</param>
    /// <param name="failOver">While one of them cannot be reached its changes are taken from others; else from itself alone, or not at all (W 10).</param>
    public static Props Props(IDatabaseDirectory databases, Func<DatabaseName, IEnumerable<NodeName>> members, bool failOver) =>
        ActorProps.Of(() => new SessionCoordinatorActor(databases, members, failOver)).WithDeploy(Deploy.Local);

    public SessionCoordinatorActor(IDatabaseDirectory databases, Func<DatabaseName, IEnumerable<NodeName>> members, bool failOver)
    {
        (_members, _failOver) = (members, failOver);
        _databases = databases;
        Receive<SessionProtocol.Join>(OnJoin);
        Receive<SessionProtocol.AskTurn>(OnAsk);
        Receive<SessionProtocol.PassTurn>(_ => Coordinate(Sender, (state, id) => state.Passed(id)));
        Receive<SessionProtocol.CopyEnded>(_ => Coordinate(Sender, (state, id) => state.CopyEnded(id)));
        Receive<SessionProtocol.MembersMoved>(_ => OnMembers());
        Receive<SessionProtocol.SchemaChanged>(changed => OnSchema(changed.Database));
        Receive<Terminated>(gone => OnTerminated(gone.ActorRef));
    }

    protected override string DescribeState()
    {
        var copying = _coordinations.Where(pair => pair.Value.Copying is not null).Select(pair => pair.Key.Value).ToList();
        return copying.Count == 0 ? "streaming" : $"copying {string.Join(", ", copying)}";
    }

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
        _coordinations.Select(pair => Figure(
            pair.Key.Value, string.Join(", ", pair.Value.Sessions.Values.OrderBy(session => session.Id).Select(session => $"{session.Peer} {session.State}"))));

    protected override void PreStart()
    {
        var self = Self;
        _onSchema = handle => self.Tell(new SessionProtocol.SchemaChanged(handle.Name));
        _onChanged = (name, _) => self.Tell(new SessionProtocol.SchemaChanged(name));
        _databases.Changed += _onChanged;
        foreach (var database in _databases.All) Watch(database);
    }

    protected override void PostStop()
    {
        _databases.Changed -= _onChanged;
        foreach (var database in _watched) database.SchemaChanged -= _onSchema;
    }

    private void Watch(IDatabaseHandle database)
    {
        if (_watched.Add(database)) database.SchemaChanged += _onSchema;
    }

    private void OnJoin(SessionProtocol.Join join)
    {
        var id = ++_lastId;
        _sessions[Sender] = (id, join.Database, join.Peer, join.Receives);
        _actors[id] = Sender;
        Context.Watch(Sender);
        if (!join.Receives)
        {
            Sender.Tell(new SendingEvent.SourcesChanged(Of(join.Database).Sources));
            // It may have looked for its database just before there was one, and come here just after that was told.
            if (_databases.Find(join.Database) is not null) Sender.Tell(new SendingEvent.SchemaChanged(join.Database));
            return;
        }

        Sender.Tell(new ReceivingEvent.MembersChanged([.. _members(join.Database)]));
        Coordinate(Sender, (state, session) => state.Joined(session, join.Peer));
    }

    private void OnAsk(SessionProtocol.AskTurn ask)
    {
        var isFirst = ask.Copy && _sessions.TryGetValue(Sender, out var session)
            && _databases.Find(session.Database)?.Engine.Positions is { HasHistory: false, Copy: null, Cursors.IsEmpty: true, Through.IsEmpty: true, Floor.IsEmpty: true };
        Coordinate(Sender, (state, id) => state.Asked(id, ask.Copy, isFirst));
    }

    private CopyCoordination Of(DatabaseName database) => _coordinations.GetValueOrDefault(database, CopyCoordination.Empty);

    private void OnMembers()
    {
        foreach (var (actor, session) in _sessions)
            if (session.Receives) actor.Tell(new ReceivingEvent.MembersChanged([.. _members(session.Database)]));
    }

    private void OnTerminated(IActorRef gone)
    {
        if (!_sessions.TryGetValue(gone, out var session)) return;
        if (session.Receives) Coordinate(gone, (state, id) => state.Left(id));
        _sessions.Remove(gone);
        _actors.Remove(session.Id);
    }

    private void Coordinate(IActorRef from, Func<CopyCoordination, long, (CopyCoordination, ImmutableArray<CoordinationEffect>)> decide)
    {
        if (!_sessions.TryGetValue(from, out var session)) return;
        var (next, effects) = decide(Of(session.Database), session.Id);
        _coordinations[session.Database] = next;
        foreach (var effect in effects) Run(session.Database, effect);
    }

    private void Run(DatabaseName database, CoordinationEffect effect)
    {
        if (effect.ForSenders is { } told)
        {
            Tell(session => !session.Receives && session.Database == database, told);
            return;
        }

        if (!_actors.TryGetValue(effect.Session, out var actor)) return;
        actor.Tell(effect switch
        {
            CoordinationEffect.GiveTurn turn => new ReceivingEvent.TurnGiven(turn.Copy),
            CoordinationEffect.Yield => ReceivingEvent.Yield.Instance,
            CoordinationEffect.AskAgain => ReceivingEvent.AskAgain.Instance,
            CoordinationEffect.Direct direct => (ReceivingEvent)new ReceivingEvent.DirectChanged(_failOver ? direct.Others : direct.Others.Union(_members(database))),
            _ => throw new ArgumentOutOfRangeException(nameof(effect)),
        });
    }

    /// <summary>Those who serve the database tell it on, and those who serve <c>system</c>: that is how new databases spread.</summary>
    private void OnSchema(DatabaseName database)
    {
        if (_databases.Find(database) is { } handle) Watch(handle);
        Tell(session => !session.Receives && (session.Database == database || session.Database.IsSystem), new SendingEvent.SchemaChanged(database));
    }

    private void Tell(Func<(long Id, DatabaseName Database, NodeName Peer, bool Receives), bool> whom, object message)
    {
        foreach (var (actor, session) in _sessions)
            if (whom(session)) actor.Tell(message);
    }
}
