using Akka.Actor;
using Harper.Actors.Admin;
using Harper.Actors.Databases;
using Harper.Actors.Jobs;

namespace Harper.Actors.Node;

/// <summary>A node that runs in an actor system: what the host holds on to.</summary>
public sealed class RunningNode
{
    private readonly IActorRef _root;

    private RunningNode(NodeServices services, IActorRef root, IActorRefFactory system)
    {
        Services = services;
        _root = root;
        Admin = new AdminView(system.ActorSelection(root.Path / NodePaths.Admin), services.Settings.Admin, services.Others);
        Jobs = new JobStarter(system.ActorSelection(root.Path / NodePaths.Jobs));
    }

    public NodeServices Services { get; }

    /// <summary>/user/node.</summary>
    public IActorRef Root => _root;

    public IDatabaseDirectory Databases => Services.Databases;

    public IAdminView Admin { get; }

    public IJobs Jobs { get; }

    /// <summary>Starts the tree; completes when every database is open. Throws with the reason when one cannot be opened.</summary>
    public static async Task<RunningNode> StartAsync(ActorSystem system, NodeServices services, NodeChildren children, CancellationToken cancellation)
    {
        services = services with { AsksPeers = children.Peers is not null };
        var root = system.ActorOf(NodeActor.Props(services, children), NodePaths.Node);
        var answer = await root.Ask<NodeProtocol.IEvent>(NodeProtocol.AwaitReady.Instance, services.Settings.Life.StartTimeout, cancellation).ConfigureAwait(false);
        if (answer is NodeProtocol.Failed failed) throw new NodeStartException(failed.Reason);
        return new RunningNode(services, root, system);
    }

    /// <summary>Stops the tree in order, nothing accepted is lost; completes when the stores are closed. False when that took longer than the deadline.</summary>
    public async Task<bool> DrainAsync(TimeSpan deadline)
    {
        try
        {
            await _root.Ask<NodeProtocol.Drained>(NodeProtocol.Drain.Instance, deadline).ConfigureAwait(false);
            return true;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }
}
