using Akka.Actor;
using Akka.Event;
using Harper.Actors.Admin;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Jobs;
using Harper.Actors.Supervision;

namespace Harper.Actors.Node;

/// <summary>
/// /user/node, the root of everything: starts the features in order once the databases are open, stops them in reverse, and knows what the loss of
/// each means. A lost store, or a feature that cannot be kept alive, is a lost node: the host is told why and stops. Never restarted itself.
/// <code>opening ──databases open──► running ──Drain──► draining features ──► closing databases ──► drained</code>
/// </summary>
internal sealed class NodeActor : DescribedActor, IWithTimers
{
    private readonly NodeServices _services;
    private readonly NodeChildren _features;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<IActorRef> _waiting = [];
    private readonly List<IActorRef> _draining = [];
    private readonly Dictionary<string, string> _failures = [];
    private string _state = "opening";
    private string? _failure;
    private IActorRef _databases = ActorRefs.Nobody;

    public NodeActor(NodeServices services, NodeChildren features)
    {
        _services = services;
        _features = features;
        Receive<NodeProtocol.AwaitReady>(_ => OnAwaitReady());
        Receive<DatabaseProtocol.AllOpen>(OnAllOpen);
        Receive<DatabaseProtocol.CannotOpen>(message => Lose($"Database '{message.Name}' cannot be opened: {message.Reason}"));
        Receive<NodeProtocol.Drain>(_ => OnDrain());
        Receive<DrainLate>(_ => OnDrainLate());
        Receive<Terminated>(message => OnEnded(message.ActorRef));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(NodeServices services, NodeChildren features) =>
        ActorProps.Of(() => new NodeActor(services, features)).WithDeploy(Deploy.Local);

    protected override void PreStart() => _databases = Start(DatabasesActor.Props(_services), NodePaths.Databases);

    protected override SupervisorStrategy SupervisorStrategy() => SupervisionPolicies.Node((child, failure) => _failures[child.Path.Name] = failure.Message);

    protected override string DescribeState() => _failure is null ? _state : $"lost: {_failure}";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
        [Figure("node", _services.Self.Value), Figure("databases", _services.Databases.All.Count)];

    private IActorRef Start(Props props, string name) => Context.Watch(Context.ActorOf(props, name));

    private void OnAllOpen(DatabaseProtocol.AllOpen message)
    {
        if (_state != "opening") return;
        if (_features.Certificates is { } certificates) Start(certificates(_services), NodePaths.Certificates);
        if (_features.Membership is { } membership)
        {
            var actor = Start(membership(_services), NodePaths.Membership);
            if (_features.Peers is { } peers) Start(peers(_services, actor), NodePaths.Peers);
        }
        if (_features.Control is { } control) Start(control(_services), NodePaths.Control);
        Start(JobsActor.Props(_services), NodePaths.Jobs);
        Start(AdminActor.Props(_services.Settings.Admin), NodePaths.Admin);
        _state = "running";
        _log.Info("Node [{0}] is ready with {1} databases", _services.Self, message.Count);
        Answer(new NodeProtocol.Ready(_services.Self));
    }

    private void OnAwaitReady()
    {
        _waiting.Add(Sender);
        if (_failure is not null) Answer(new NodeProtocol.Failed(_failure));
        else if (_state == "running") Answer(new NodeProtocol.Ready(_services.Self));
    }

    private void Answer(NodeProtocol.IEvent answer)
    {
        foreach (var waiting in _waiting) waiting.Tell(answer);
        _waiting.Clear();
    }

    // The reverse of the start: first those who bring work, then the databases, which commit what they accepted.
    private void OnDrain()
    {
        _draining.Add(Sender);
        if (_state is not ("opening" or "running")) return;
        _state = "draining features";
        Timers.StartSingleTimer(nameof(DrainLate), DrainLate.Instance, _services.Settings.Life.DrainTimeout);
        foreach (var feature in Context.GetChildren().Where(IsFeature)) Context.Stop(feature);
        GoOnDraining();
    }

    private void OnEnded(IActorRef child)
    {
        if (_state is "opening" or "running") OnLost(child);
        else GoOnDraining();
    }

    private void OnLost(IActorRef child)
    {
        var why = _failures.GetValueOrDefault(child.Path.Name) ?? "it stopped";
        // Without the view into the tree, jobs or the control plane a node still holds and replicates its data.
        if (child.Path.Name is NodePaths.Admin or NodePaths.Jobs or NodePaths.Control)
            _log.Error("[{0}] failed too often and was stopped ({1}); the node goes on without it", child.Path.Name, why);
        else
            Lose(child.Equals(_databases) ? why : $"'{child.Path.Name}' failed too often: {why}");
    }

    private void Lose(string reason)
    {
        if (_failure is not null) return;
        _failure = reason;
        _log.Error("Node [{0}] is lost: {1}", _services.Self, reason);
        if (_waiting.Count > 0) Answer(new NodeProtocol.Failed(reason));
        _services.Fail(reason);
    }

    private void GoOnDraining()
    {
        if (_state == "draining features" && !Context.GetChildren().Any(IsFeature))
        {
            _state = "closing databases";
            _databases.Tell(new DatabaseProtocol.CloseAll(_services.Settings.Life.StopViewTimeout));
        }
        if (_state == "closing databases" && Context.Child(NodePaths.Databases).IsNobody()) Drained();
    }

    private void OnDrainLate()
    {
        if (_state == "drained") return;
        _log.Warning("Node [{0}] did not stop in time while {1}: {2} are left", _services.Self, _state,
            string.Join(", ", Context.GetChildren().Select(child => child.Path.Name)));
        if (_state != "draining features")
        {
            Drained();
            return;
        }
        _state = "closing databases";
        Timers.StartSingleTimer(nameof(DrainLate), DrainLate.Instance, _services.Settings.Life.DrainTimeout);
        _databases.Tell(new DatabaseProtocol.CloseAll(_services.Settings.Life.StopViewTimeout));
    }

    private void Drained()
    {
        _state = "drained";
        Timers.CancelAll();
        foreach (var waiting in _draining) waiting.Tell(NodeProtocol.Drained.Instance);
        _draining.Clear();
    }

    private bool IsFeature(IActorRef child) => !child.Equals(_databases) && child.Path.Name != NodePaths.Admin;

    private sealed record DrainLate : INotInfluenceReceiveTimeout
    {
        public static readonly DrainLate Instance = new();
    }
}
