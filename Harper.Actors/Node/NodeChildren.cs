using Akka.Actor;

namespace Harper.Actors.Node;

/// <summary>The features below the node that have their own part: each makes its Props when the node starts it, in the order of the tree.
/// Null: the node runs without it (specs of a single part).</summary>
public sealed record NodeChildren
{
    public static readonly NodeChildren None = new();

    public Func<NodeServices, Props>? Certificates { get; init; }

    public Func<NodeServices, Props>? Membership { get; init; }

    /// <summary>Second argument: the membership actor, which decides whom to dial.</summary>
    public Func<NodeServices, IActorRef, Props>? Peers { get; init; }

    public Func<NodeServices, Props>? Control { get; init; }
}
