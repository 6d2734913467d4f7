using Akka.Actor;
using Harper.Actors.Describe;

namespace Harper.Actors.Supervision;

/// <summary>One-for-one supervision that decides by which child failed, and with what, and tells the event stream. Restarts are bounded: what fails
/// that often is stopped, and its parent, which watches it, decides what that means.</summary>
internal sealed class KindStrategy(Func<IActorRef, Exception, Directive> decide, int maxRestarts = 10) :
    OneForOneStrategy(maxRestarts, TimeSpan.FromMinutes(1), _ => Directive.Restart)
{
    protected override Directive Handle(IActorRef child, Exception exception) => decide(child, exception);

    protected override void LogFailure(IActorContext context, IActorRef child, Exception cause, Directive directive)
    {
        var path = string.Join('/', child.Path.Elements.Skip(1));
        context.System.EventStream.Publish(new ActorEvent(DateTimeOffset.UtcNow, "failed", path, $"{cause.Message} ({directive})"));
        base.LogFailure(context, child, cause, directive);
    }
}
