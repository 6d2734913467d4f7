using Akka.Actor;

namespace Harper.Actors.Admin;

/// <summary>Questions to AdminActor.</summary>
internal static class AdminProtocol
{
    /// <summary>What are the actor at this path, and those below it, doing? Answered with <see cref="TreeSeen"/>.</summary>
    /// <param name="Path">Below /user; <c>node</c> is everything.</param>
    public sealed record See(string Path, TimeSpan Deadline);

    /// <param name="Tree">Null when there is no such actor.</param>
    public sealed record TreeSeen(ActorTree? Tree);

    /// <summary>Send events to this reader. Answered with <see cref="Listening"/>.</summary>
    public sealed record Listen(EventReader Reader) : INoSerializationVerificationNeeded;

    public sealed record Listening(bool Accepted);

    public sealed record Unlisten(EventReader Reader) : INoSerializationVerificationNeeded;
}
