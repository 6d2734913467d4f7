using Akka.Actor;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Time;

namespace Harper.Actors.Peers;

/// <summary>What all peer connections of a node share.</summary>
public sealed record ConnectionServices
{
    public required NodeName Self { get; init; }

    /// <summary>Of the node's root folder; announced to our own nodes (rule 17).</summary>
    public required Guid NodeId { get; init; }

    public required IDatabaseDirectory Databases { get; init; }

    public required IPeerOperations Operations { get; init; }

    public required IClock Clock { get; init; }

    public required ConnectionSettings Settings { get; init; }

    /// <summary>Told what peers confirm; null where nobody waits for it.</summary>
    public PeerConfirmations? Confirmations { get; init; }

    public required InboundBudget Budget { get; init; }

    /// <summary>The node's one <see cref="Subscriptions.SessionCoordinatorActor"/>, a child of PeersActor.</summary>
    public required IActorRef Coordinator { get; init; }

    /// <summary>Which databases replicate, as of now (<c>replication.databases</c>).</summary>
    public required Func<ReplicatedDatabases> Replicated { get; init; }

    /// <summary>What may be sent to a peer of a database, as of now. A peer that is no member, let in by credentials, may have all that replicates.</summary>
    public required Func<NodeName, LocalDatabase, TableFilter> Sends { get; init; }

    /// <summary>What may be taken from a peer of a database, as of now.</summary>
    public required Func<NodeName, LocalDatabase, TableFilter> Receives { get; init; }
}
