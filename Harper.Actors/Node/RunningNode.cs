using Akka.Actor;
using Harper.Actors.Admin;
using Harper.Actors.Databases;
using Harper.Actors.Jobs;

namespace Harper.Actors.Node;

/// <summary>A node that runs in an actor system: what the host holds on to.</summary>
public sealed class RunningNode
{
    private RunningNode(NodeServices services, IActorRef root, IAdminView admin, IJobs jobs)
    {
        Services = services;
        Root = root;
        Admin = admin;
        Jobs = jobs;
    }

    public NodeServices Services { get; }

    /// <summary>/user/node.</summary>
    public IActorRef Root { get; }

    public IDatabaseDirectory Databases => Services.Databases;

    public IAdminView Admin { get; }

    public IJobs Jobs { get; }

    /// <summary>Starts the tree; completes when every database is open. Throws with the reason when one cannot be opened.</summary>
    public static Task<RunningNode> StartAsync(ActorSystem system, NodeServices services, NodeChildren children, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>Stops the tree in order, nothing accepted is lost; completes when the stores are closed, or at the deadline.</summary>
    public Task DrainAsync(TimeSpan deadline) => throw new NotImplementedException();
}
