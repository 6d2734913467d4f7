using Akka.Actor;
using Akka.Event;
using Harper.Actors.Node;
using Harper.Actors.Describe;

namespace Harper.Actors.Admin;

/// <summary>
/// One question about the tree: asks an actor, then those below it as they become known, until all have answered or the deadline has passed, answers
/// and stops. Child of AdminActor, unnamed, so that the view does not show itself. When it fails the asker runs into its deadline.
/// </summary>
internal sealed class TreeCollectorActor : ReceiveActor, IWithTimers
{
    private readonly string _path;
    private readonly TimeSpan _deadline;
    private readonly IActorRef _replyTo;
    private readonly HashSet<IActorRef> _pending = [];
    private readonly Dictionary<IActorRef, ActorDescription> _answers = [];
    private IActorRef? _root;

    public TreeCollectorActor(string path, TimeSpan deadline, IActorRef replyTo)
    {
        _path = path;
        _deadline = deadline;
        _replyTo = replyTo;
        Receive<ActorDescription>(OnDescription);
        Receive<Terminated>(message => OnGone(message.ActorRef));
        Receive<DeadlinePassed>(_ => Finish());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string path, TimeSpan deadline, IActorRef replyTo) =>
        ActorProps.Of(() => new TreeCollectorActor(path, deadline, replyTo)).WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        Timers.StartSingleTimer(nameof(DeadlinePassed), DeadlinePassed.Instance, _deadline);
        _root = Find();
        if (_root is null) Finish();
        else Ask(_root);
    }

    // By way of the parents' children, not by asking the actor who it is: one that is too busy to answer is there all the same.
    private IActorRef? Find()
    {
        var provider = ((ExtendedActorSystem)Context.System).Provider;
        var found = provider.ResolveActorRef(provider.RootPath / "user" / _path.Split('/'));
        return found is EmptyLocalActorRef || found.IsNobody() ? null : found;
    }

    private void OnDescription(ActorDescription message)
    {
        if (!_pending.Remove(Sender)) return;
        Context.Unwatch(Sender);
        _answers[Sender] = message;
        foreach (var child in message.Children) Ask(child);
        if (_pending.Count == 0) Finish();
    }

    // Stopped before it could answer: it is not part of the tree any more.
    private void OnGone(IActorRef actor)
    {
        _pending.Remove(actor);
        if (actor.Equals(_root)) _root = null;
        if (_pending.Count == 0) Finish();
    }

    private void Ask(IActorRef actor)
    {
        if (!_pending.Add(actor)) return;
        Context.Watch(actor);
        actor.Tell(Describe.Describe.Instance);
    }

    private void Finish()
    {
        _replyTo.Tell(new AdminProtocol.TreeSeen(_root is null ? null : Seen(_root)));
        Context.Stop(Self);
    }

    private ActorTree Seen(IActorRef actor)
    {
        if (!_answers.TryGetValue(actor, out var answer))
            return new ActorTree(string.Join('/', actor.Path.Elements.Skip(1)), "", "did not answer", [], [], 0, 0, TimeSpan.Zero, Answered: false);
        var children = answer.Children.Where(child => _answers.ContainsKey(child) || _pending.Contains(child)).Select(Seen);
        return new ActorTree(
            answer.Path, answer.Kind, answer.State, answer.Figures, [.. children.OrderBy(child => child.Path, StringComparer.Ordinal)],
            answer.Restarts, answer.Queued, answer.Age, Answered: true);
    }

    private sealed record DeadlinePassed : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly DeadlinePassed Instance = new();
    }
}
