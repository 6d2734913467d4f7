using Akka.Actor;
using Akka.Event;

namespace Harper.Actors.Describe;

/// <summary>Something that happened to an actor of ours, on the event stream of its system.</summary>
/// <param name="Kind"><c>started</c>, <c>stopped</c>, <c>failed</c>, <c>restarted</c>, <c>state</c> or <c>retention</c>.</param>
/// <param name="Path">Below /user.</param>
public sealed record ActorEvent(DateTimeOffset At, string Kind, string Path, string Text) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>
/// Whether anybody listens to <see cref="ActorEvent"/>s: states are compared after each message only then, so that the road of a write does not
/// pay for a view that nobody looks at.
/// </summary>
internal static class ActorEvents
{
    private static int _listeners;

    public static bool Listening => Volatile.Read(ref _listeners) > 0;

    public static void Listen() => Interlocked.Increment(ref _listeners);

    public static void Unlisten() => Interlocked.Decrement(ref _listeners);
}
