using Akka.Actor;
using Harper.Actors.Node;
using Harper.Actors.Admin;
using Harper.Actors.Describe;
using Harper.Core.Operations;

namespace Harper.Actors.ControlPlane;

/// <summary>
/// /user/inspection of the control actor system: the only actor of ours that another node can speak to. Answers what this node's actors are
/// doing; changes nothing. Restarted after a failure, the asker runs into its deadline.
/// </summary>
internal sealed class InspectionActor : DescribedActor
{
    private static readonly TimeSpan MaxDeadline = TimeSpan.FromSeconds(10);
    private const int MaxUnderWay = 8;

    private readonly IAdminView _view;
    private int _underWay;

    public InspectionActor(IAdminView view)
    {
        _view = view;
        Receive<ControlProtocol.SeeTree>(OnSeeTree);
        Receive<Seen>(OnSeen);
    }

    public static Props Props(IAdminView view) => ActorProps.Of(() => new InspectionActor(view)).WithDeploy(Deploy.Local);

    protected override string DescribeState() => "answering";

    private void OnSeeTree(ControlProtocol.SeeTree message)
    {
        if (_underWay >= MaxUnderWay)
        {
            Sender.Tell(new ControlProtocol.TreeSeen([], "too many questions at once"));
            return;
        }
        _underWay++;
        var (view, asker) = (_view, Sender);
        var deadline = TimeSpan.FromMilliseconds(Math.Clamp(message.DeadlineMs, 0, MaxDeadline.TotalMilliseconds));
        SeeAsync(view, message.Path, deadline).PipeTo(Self, success: seen => new Seen(asker, seen));
    }

    private void OnSeen(Seen message)
    {
        _underWay--;
        message.Asker.Tell(message.Answer);
    }

    private static async Task<ControlProtocol.TreeSeen> SeeAsync(IAdminView view, string path, TimeSpan deadline)
    {
        try
        {
            var tree = await view.FindAsync(path, deadline, CancellationToken.None).ConfigureAwait(false);
            return new ControlProtocol.TreeSeen(tree is null ? [] : SeenTree.Flatten(tree), "");
        }
        catch (OperationError problem)
        {
            return new ControlProtocol.TreeSeen([], problem.Message);
        }
    }

    private sealed record Seen(IActorRef Asker, ControlProtocol.TreeSeen Answer);
}
