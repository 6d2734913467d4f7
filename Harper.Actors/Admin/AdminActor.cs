using Akka.Actor;
using Harper.Actors.Node;
using Harper.Actors.Describe;
using Harper.Actors.Supervision;

namespace Harper.Actors.Admin;

/// <summary>
/// The view into the tree: answers what actors are doing by asking each of them (one short-lived child per question), and passes on what happens to
/// them. Child of NodeActor. Restarted after a failure; readers of events then read on, questions under way run into their deadline.
/// </summary>
internal sealed class AdminActor : DescribedActor
{
    private readonly AdminSettings _settings;
    private readonly List<EventReader> _readers = [];
    private long _questions;

    public AdminActor(AdminSettings settings)
    {
        _settings = settings;
        Receive<AdminProtocol.See>(OnSee);
        Receive<AdminProtocol.Listen>(OnListen);
        Receive<AdminProtocol.Unlisten>(OnUnlisten);
        Receive<ActorEvent>(OnHappened);
    }

    public static Props Props(AdminSettings settings) => ActorProps.Of(() => new AdminActor(settings)).WithDeploy(Deploy.Local);

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        foreach (var reader in _readers)
        {
            reader.Complete();
            ActorEvents.Unlisten();
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => SupervisionPolicies.Admin();

    protected override string DescribeState() => "answering";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
        [Figure("questions", _questions), Figure("eventReaders", _readers.Count)];

    private void OnSee(AdminProtocol.See message)
    {
        _questions++;
        Context.ActorOf(TreeCollectorActor.Props(message.Path, message.Deadline, Sender));
    }

    private void OnListen(AdminProtocol.Listen message)
    {
        var accepted = _readers.Count < _settings.MaxReaders;
        Sender.Tell(new AdminProtocol.Listening(accepted));
        if (!accepted) return;
        if (_readers.Count == 0) Context.System.EventStream.Subscribe(Self, typeof(ActorEvent));
        _readers.Add(message.Reader);
        ActorEvents.Listen();
    }

    private void OnUnlisten(AdminProtocol.Unlisten message)
    {
        if (!_readers.Remove(message.Reader)) return;
        message.Reader.Complete();
        ActorEvents.Unlisten();
        if (_readers.Count == 0) Context.System.EventStream.Unsubscribe(Self, typeof(ActorEvent));
    }

    private void OnHappened(ActorEvent message)
    {
        var happened = new AdminEvent(message.At, message.Kind, message.Path, message.Text);
        foreach (var reader in _readers) reader.Offer(happened);
    }
}
