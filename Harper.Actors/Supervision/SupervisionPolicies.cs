using Akka.Actor;
using Harper.Actors.Commit;
using Harper.Actors.Node;

namespace Harper.Actors.Supervision;

/// <summary>What happens when an actor fails, one line per kind with the reason.</summary>
internal static class SupervisionPolicies
{
    /// <summary>Below NodeActor.</summary>
    /// <param name="failed">Told of every failure first: the node remembers why a child was lost.</param>
    public static SupervisorStrategy Node(Action<IActorRef, Exception> failed) => new KindStrategy((child, failure) =>
    {
        failed(child, failure);
        return (child.Path.Name, failure) switch
        {
            // A store that failed cannot be trusted with another write: the node stops, its peers and the next start repair.
            (_, StoreLostException) => Directive.Stop,
            // Databases that lost their owner have no writer either.
            (NodePaths.Databases, _) => Directive.Stop,
            // Everything else reads its state from the databases again when it starts.
            _ => Directive.Restart,
        };
    });

    /// <summary>Below DatabasesActor: a database that fails is a lost store.</summary>
    public static SupervisorStrategy Databases() => new KindStrategy((_, _) => Directive.Escalate);

    /// <summary>Below DatabaseActor.</summary>
    public static SupervisorStrategy Database() => new KindStrategy((child, failure) => (child.Path.Name, failure) switch
    {
        (_, StoreLostException) => Directive.Escalate,
        // The writer's state may disagree with the disk, and nobody may write in its place.
        (NodePaths.Commit, _) => Directive.Escalate,
        // The log's keeper and the tables hold nothing that the engine does not: they begin again.
        _ => Directive.Restart,
    });

    /// <summary>Below TablesActor: a table holds nothing of its own.</summary>
    public static SupervisorStrategy Tables() => new KindStrategy((_, failure) => failure is StoreLostException ? Directive.Escalate : Directive.Restart);

    /// <summary>Below JobsActor: work that broke is not repeated, its row says what happened.</summary>
    public static SupervisorStrategy Jobs() => new KindStrategy((_, _) => Directive.Stop);

    /// <summary>Below AdminActor: a question that broke is not asked again.</summary>
    public static SupervisorStrategy Admin() => new KindStrategy((_, _) => Directive.Stop);
}
