using Akka.Actor;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Core.Identity;

namespace Harper.Actors.Subscriptions;

/// <summary>
/// What the connections of one node have to agree on, per database: that one copy runs at a time and nothing else is taken or served
/// meanwhile (rule 21), and which origins come directly (rules 12, 18). Parent: PeersActor.
/// </summary>
public sealed class SessionCoordinatorActor : DescribedActor
{
    /// <summary>Its name below PeersActor: no node is called so.</summary>
    public const string ActorName = "~sessions";

    public static Props Props(NodeName self, IDatabaseDirectory databases) =>
        Akka.Actor.Props.Create(() => new SessionCoordinatorActor(self, databases)).WithDeploy(Deploy.Local);

    private SessionCoordinatorActor(NodeName self, IDatabaseDirectory databases) => throw new NotImplementedException();

    protected override string DescribeState() => throw new NotImplementedException();
}
