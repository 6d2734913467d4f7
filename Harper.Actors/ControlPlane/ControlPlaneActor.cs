using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Harper.Actors.Admin;
using Harper.Actors.Describe;
using Harper.Actors.Membership;
using Harper.Actors.Node;
using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Sessions;
using Harper.Core.Time;

namespace Harper.Actors.ControlPlane;

/// <summary>
/// Owns the control plane: looks now and then at which peers of our kind the data plane knows, and joins them, downs those that were removed, or begins
/// anew. Child of NodeActor. When it fails or is stopped nothing is lost and nothing waits: there is no remote view for a while.
/// <code>alone ──a peer of our kind──► joining ──up──► member ──another cluster has the smaller name──► leaving ──► joining</code>
/// </summary>
internal sealed class ControlPlaneActor : DescribedActor, IWithTimers
{
    private readonly ControlParts _parts;
    private readonly IClock _clock;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<NodeName, double> _unseenSince = [];
    private ControlSystem? _system;
    private double _startedAt;
    private bool _stopping;

    public ControlPlaneActor(ControlParts parts, IClock clock)
    {
        _parts = parts;
        _clock = clock;
        Receive<LookDue>(_ => OnLookDue());
        Receive<Left>(OnLeft);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ControlParts parts, IClock clock) => ActorProps.Of(() => new ControlPlaneActor(parts, clock)).WithDeploy(Deploy.Local);

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(LookDue), LookDue.Instance, _parts.Settings.LookInterval);

    protected override void PostStop()
    {
        _parts.Current = null;
        _ = _system?.StopAsync(leave: false);
    }

    protected override string DescribeState() => _stopping ? "leaving" : _system is null ? "alone" : _system.IsMember ? "member" : "joining";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() => _system is null
        ? [Figure("address", _parts.Self.Url.ToString())]
        :
        [
            Figure("address", _parts.Self.Url.ToString()), Figure("members", Names(_system.Members)), Figure("unreachable", Names(_system.Unreachable)),
        ];

    private void OnLookDue()
    {
        if (_stopping) return;
        var members = _system?.Members ?? [];
        var state = new ControlState(
            _parts.Self.Node, Peers(members), _parts.View.Current.Records.Removed, _system is not null, _clock.NowMs - _startedAt, members);
        switch (ControlPolicy.Decide(state, _parts.Settings.JoinPatience.TotalMilliseconds, _parts.Settings.MergePatience.TotalMilliseconds))
        {
            case ControlStep.Join join when _system is null:
                Join(join.Seeds);
                break;
            case ControlStep.Join join:
                _stopping = true;
                _parts.Current = null;
                _log.Info("The control plane begins anew, to join [{0}]", Names(join.Seeds));
                _system.StopAsync(leave: true).PipeTo(Self, success: () => new Left(join.Seeds));
                break;
            case ControlStep.Down down:
                foreach (var member in down.Members)
                    if (_parts.AddressOf(member) is { } address) _system!.Down(address);
                break;
        }
    }

    private void OnLeft(Left message)
    {
        _stopping = false;
        _system = null;
        Join(message.Seeds);
    }

    private void Join(ImmutableArray<NodeName> seeds)
    {
        _startedAt = _clock.NowMs;
        _unseenSince.Clear();
        var setup = new ControlTransportSetup(_parts.Self, _parts.Door, _parts.Transport, _parts.Sockets, _parts.At);
        var view = new AdminView(Context.ActorSelection($"/user/{NodePaths.Node}/{NodePaths.Admin}"), _parts.Admin, null);
        _system = ControlSystem.Start(_parts.Settings, setup, view, _parts.NameOf);
        _system.Join(seeds.Select(seed => seed == _parts.Self.Node ? _parts.Self : _parts.AddressOf(seed)).OfType<ControlAddress>());
        _parts.Current = _system;
        _log.Info("The control plane joins [{0}]", Names(seeds));
    }

    private ImmutableArray<ControlPeer> Peers(ImmutableArray<NodeName> members)
    {
        var now = _clock.NowMs;
        var peers = ImmutableArray.CreateBuilder<ControlPeer>();
        foreach (var peer in _parts.Board.All.Where(IsOfOurKind))
        {
            _parts.Learn(peer.Peer, peer.Plan.Url);
            var unseen = peer.IsReachable && !members.Contains(peer.Peer);
            if (!unseen) _unseenSince.Remove(peer.Peer);
            else _unseenSince.TryAdd(peer.Peer, now);
            peers.Add(new ControlPeer(peer.Peer, peer.IsReachable && _parts.AddressOf(peer.Peer) is not null, unseen ? now - _unseenSince[peer.Peer] : 0));
        }
        return peers.ToImmutable();
    }

    private static bool IsOfOurKind(PeerStatus peer) => peer.Databases.Values.Any(database =>
        database.Receiving?.PeerKind == PeerKind.Ours || database.Sending?.PeerKind == PeerKind.Ours);

    private static string Names(ImmutableArray<NodeName> names) => string.Join(", ", names.Order());

    private sealed record LookDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly LookDue Instance = new();
    }

    private sealed record Left(ImmutableArray<NodeName> Seeds);
}
