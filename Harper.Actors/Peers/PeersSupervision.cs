using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;
using Harper.Actors.Subscriptions;

namespace Harper.Actors.Peers;

/// <summary>
/// A peer that fails begins anew by itself. When what all connections agree on fails, they all begin anew: it holds only what they tell it.
/// </summary>
internal sealed class PeersSupervision(ILoggingAdapter log) : OneForOneStrategy(_ => Directive.Restart)
{
    public override void ProcessFailure(
        IActorContext context, bool restart, IActorRef child, Exception cause, ChildRestartStats stats, IReadOnlyCollection<ChildRestartStats> children)
    {
        log.Error(cause, "{Actor} failed and begins anew", child.Path.Name);
        if (child.Path.Name != SessionCoordinatorActor.ActorName)
        {
            base.ProcessFailure(context, restart, child, cause, stats, children);
            return;
        }
        foreach (var each in children) RestartChild(each.Child, cause, suspendFirst: !each.Child.Equals(child));
    }
}
