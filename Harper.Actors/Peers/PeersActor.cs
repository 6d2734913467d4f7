using Akka.Actor;
using Akka.Event;
using Harper.Actors.Describe;
using Harper.Actors.Membership;
using Harper.Actors.Node;
using Harper.Actors.Subscriptions;
using Harper.Actors.Transport;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Peers;

/// <summary>
/// The peers: one child for each that the plan names, and for each super_user that came without a node record. Hands accepted sockets to them.
/// Parent: NodeActor. A PeerActor that fails is restarted and dials anew; the others do not notice.
/// </summary>
public sealed class PeersActor : DescribedActor
{
    private static readonly PeerClose NotNow = new(PeerClose.GoingAway, "just being closed; dial again");

    private readonly PeersServices _services;
    private readonly PeerConnections _connections;
    private readonly IActorRef _coordinator;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<NodeName, IActorRef> _peers = [];
    private readonly HashSet<NodeName> _guests = [];

    /// <summary>Peers that are closing their sockets; one that is wanted again waits until its old actor is gone.</summary>
    private readonly Dictionary<IActorRef, NodeName> _leaving = [];

    public static Props Props(PeersServices services, PeerAcceptor acceptor) =>
        ActorProps.Of(() => new PeersActor(services, acceptor)).WithDeploy(Deploy.Local);

    public PeersActor(PeersServices services, PeerAcceptor acceptor)
    {
        _services = services;
        _coordinator = services.Coordinator is { } props ? Context.ActorOf(props, SessionCoordinatorActor.ActorName) : ActorRefs.Nobody;
        _connections = services.Connections(_coordinator);
        if (services.Comparison is { } comparison) Context.ActorOf(comparison, ComparisonActor.ActorName);
        Context.ActorOf(OwnWritesActor.Props(services), OwnWritesActor.ActorName);
        Receive<PlanMoved>(_ => Follow(services.View.Current.Plan));
        Receive<PeerProtocol.SocketAccepted>(OnAccepted);
        Receive<PeerProtocol.Resync>(OnResync);
        Receive<Forgotten>(OnForgotten);
        Receive<DeadLetter>(OnUndelivered);
        Receive<Terminated>(gone => OnTerminated(gone.ActorRef));
        acceptor.Peers = Self;
    }

    protected override SupervisorStrategy SupervisorStrategy() => new PeersSupervision(_log);

    protected override string DescribeState() => _peers.Count == 0 ? "no peers" : $"{_services.Board.All.Count(peer => peer.IsReachable)} of {_peers.Count} reachable";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
        [Figure("peers", _peers.Count), Figure("guests", _guests.Count), Figure("leaving", _leaving.Count)];

    protected override void PreStart()
    {
        _services.View.Changed += OnMembership;
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Follow(_services.View.Current.Plan);
    }

    protected override void PostStop()
    {
        _services.View.Changed -= OnMembership;
        Context.System.EventStream.Unsubscribe(Self);
    }

    // Raised on another actor's thread: Self is only valid inside this one, so the reference is kept.
    private readonly IActorRef _self = Context.Self;

    private void OnMembership(MembershipSnapshot snapshot) => _self.Tell(PlanMoved.Instance);

    private void Follow(DialPlan plan)
    {
        foreach (var peer in _peers.Keys.Except(plan.Peers.Keys).Except(_guests).ToList()) Leave(peer, WhyGone(peer));
        foreach (var guest in _guests.Where(plan.Peers.ContainsKey).ToList()) _guests.Remove(guest);
        foreach (var (name, peer) in plan.Peers)
        {
            if (_peers.TryGetValue(name, out var actor)) actor.Tell(new PeerProtocol.PlanChanged(peer));
            else if (IsWorthAnActor(peer)) Start(peer);
        }
        _coordinator.Tell(SessionProtocol.MembersMoved.Instance);
    }

    /// <summary>A record that no node can have (R-CLU-27) is shown from the plan alone.</summary>
    private static bool IsWorthAnActor(PeerPlan peer) => PeerAddress.IsNodeName(peer.Peer.Value);

    private IActorRef? Start(PeerPlan plan)
    {
        if (_leaving.ContainsValue(plan.Peer)) return null;
        var actor = Context.Watch(Context.ActorOf(PeerActor.Props(_services, _connections, plan), NodePaths.Escape(plan.Peer.Value)));
        _peers[plan.Peer] = actor;
        return actor;
    }

    private void Leave(NodeName peer, string reason)
    {
        if (!_peers.Remove(peer, out var actor)) return;
        _log.Info("{Peer} is no peer any more: {Reason}", peer, reason);
        _guests.Remove(peer);
        _leaving[actor] = peer;
        actor.Tell(new PeerProtocol.Leave(reason));
    }

    private string WhyGone(NodeName peer)
    {
        var records = _services.View.Current.Records;
        if (records.IsRemoved(_services.Self)) return $"{_services.Self} was removed from the cluster";
        return records.IsRemoved(peer) ? $"{peer} was removed from the cluster" : "No longer subscribed";
    }

    private void OnAccepted(PeerProtocol.SocketAccepted accepted)
    {
        var snapshot = _services.View.Current;
        var database = _services.Databases.Find(accepted.First.Database) is { } handle
            ? LocalDatabase.Of(handle.Engine.Catalog)
            : new LocalDatabase(accepted.First.Database, []);
        var known = snapshot.Plan.Find(accepted.Peer);
        var plan = known ?? (accepted.AsUser ? DialPlanner.PlanGuest(snapshot.Settings, accepted.Peer, [database]) : null);
        if (plan is null || Find(plan, guest: known is null) is not { } actor)
        {
            // Removed between admission and now: the peer comes back in its own time. Closing its sockets of before: it may come back at once.
            _ = accepted.Socket.CloseAsync(plan is null ? new PeerClose(PeerClose.Policy, "No longer subscribed") : NotNow);
            return;
        }
        var sends = known is null
            ? plan.SendsFor(database.Name)
            : snapshot.LinkWith(accepted.Peer, database).Sends;
        actor.Tell(new PeerProtocol.ServeSocket(accepted.First, sends, accepted.Socket));
    }

    /// <summary>A peer's actor stopped with a socket in its mailbox: without this the peer would wait for an answer until its deadline.</summary>
    private static void OnUndelivered(DeadLetter letter)
    {
        if (letter.Message is PeerProtocol.ICarriesSocket carried) _ = carried.Socket.CloseAsync(NotNow);
    }

    private IActorRef? Find(PeerPlan plan, bool guest)
    {
        if (_peers.TryGetValue(plan.Peer, out var actor))
        {
            if (guest) actor.Tell(new PeerProtocol.GuestPlan(plan));
            return actor;
        }
        if (guest) _guests.Add(plan.Peer);
        return Start(plan);
    }

    private void OnResync(PeerProtocol.Resync resync)
    {
        if (_peers.TryGetValue(resync.Peer, out var actor)) actor.Forward(resync);
        else Sender.Tell(new PeerProtocol.ResyncRefused($"{resync.Peer} is not a peer of this node"));
    }

    private void OnTerminated(IActorRef actor)
    {
        if (_leaving.Remove(actor, out var peer))
        {
            if (_services.View.Current.Records.IsRemoved(peer)) Forget(peer);
        }
        else
        {
            peer = _peers.FirstOrDefault(pair => pair.Value.Equals(actor)).Key;
            _peers.Remove(peer);
            _guests.Remove(peer);
        }
        if (_services.View.Current.Plan.Find(peer) is { } wanted && IsWorthAnActor(wanted)) Start(wanted);
    }

    /// <summary>A removed node holds nothing back any more: what it confirmed, and where its log was read, goes with it (rule 25).</summary>
    private void Forget(NodeName peer)
    {
        foreach (var database in _services.Databases.All)
            database.CommitAsync(new CommitRequest.ForgetPeer(peer)).PipeTo(Self, success: result => new Forgotten(peer, database.Name, result));
    }

    private void OnForgotten(Forgotten forgotten)
    {
        if (forgotten.Result is CommitResult.Rejected rejected)
            _log.Warning("{Peer} could not be forgotten by database {Database}: {Reason}", forgotten.Peer, forgotten.Database, rejected.Message);
    }

    private sealed record Forgotten(NodeName Peer, DatabaseName Database, CommitResult Result);

    private sealed record PlanMoved : INotInfluenceReceiveTimeout
    {
        public static readonly PlanMoved Instance = new();
    }
}
