using Akka.Actor;
using Akka.Event;

namespace Harper.Actors.Commit;

/// <summary>What is said to the writer; the requests themselves come through its queue.</summary>
internal static class CommitProtocol
{
    /// <summary>Something waits.</summary>
    public sealed record Wake : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly Wake Instance = new();
    }

    /// <summary>Commit what was accepted, refuse the rest, stop.</summary>
    public sealed record Drain
    {
        public static readonly Drain Instance = new();
    }
}
