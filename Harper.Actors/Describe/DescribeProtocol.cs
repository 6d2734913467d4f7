using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Harper.Actors.Describe;

/// <summary>"What are you doing?" Every actor of ours answers with an <see cref="ActorDescription"/>, in any state (architecture 4).</summary>
public sealed record Describe : INotInfluenceReceiveTimeout, IDeadLetterSuppression
{
    public static readonly Describe Instance = new();
}

/// <summary>What an actor says of itself.</summary>
/// <param name="Path">Below /user, for example <c>node/peers/127.0.0.3</c>.</param>
/// <param name="Kind">The kind of actor, for example <c>PeerActor</c>.</param>
/// <param name="State">Its state in words, for example <c>connected</c>.</param>
/// <param name="Figures">Numbers and texts worth seeing, in order; units in the names.</param>
/// <param name="Queued">Messages waiting in its mailbox.</param>
public sealed record ActorDescription(
    string Path, string Kind, string State, ImmutableArray<KeyValuePair<string, object?>> Figures,
    ImmutableArray<IActorRef> Children, int Restarts, int Queued, TimeSpan Age) : IDeadLetterSuppression;
