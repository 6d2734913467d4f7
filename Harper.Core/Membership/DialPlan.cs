using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>What may flow between this node and a peer of one database.</summary>
/// <param name="Receives">What this node asks for. None: the database is not dialled.</param>
/// <param name="Sends">What this node serves. None: a subscription is refused.</param>
public sealed record DatabaseLink(DatabaseName Database, TableFilter Receives, TableFilter Sends)
{
    public bool IsDialled => !Receives.IsNone;
}

/// <summary>One peer of the plan: known by a node record, a route, or both.</summary>
/// <param name="Url">Where it is dialled; null when it cannot or must not be.</param>
/// <param name="Links">Every database that exists here and may flow in at least one direction.</param>
/// <param name="NotDialled">Why it is not dialled, in words for status and log; null when it is.</param>
/// <param name="StartTime">The first copy from it takes only data after this time (epoch milliseconds).</param>
public sealed record PeerPlan(
    NodeName Peer, string? Url, ImmutableDictionary<DatabaseName, DatabaseLink> Links, string? NotDialled, NodeRecord? Record, Route? Route,
    double? StartTime)
{
    /// <summary>The same for a database that has nothing yet: whoever of the members is reached first, the first copy takes only data after it (R-SYN-05).</summary>
    public double? FirstStartTime { get; init; }

    /// <summary>What this node serves of a database; none when the database is not replicated or the direction is closed.</summary>
    public TableFilter SendsFor(DatabaseName database) => Links.TryGetValue(database, out var link) ? link.Sends : TableFilter.None;

    /// <summary>The databases to hold a connection for.</summary>
    public IEnumerable<DatabaseLink> Dialled => Url is null || NotDialled is not null ? [] : Links.Values.Where(link => link.IsDialled);

    /// <summary>Databases of which more may go to the peer than by the plan before: it must hear of them, since it may not have them yet.</summary>
    public IEnumerable<DatabaseName> OpenedSince(PeerPlan before) =>
        Links.Values.Where(link => !before.SendsFor(link.Database).Includes(link.Sends)).Select(link => link.Database).OrderBy(name => name.Value, StringComparer.Ordinal);

    /// <summary>This and the other ask for the same connections with the same permissions.</summary>
    public bool SameLinks(PeerPlan other) =>
        Url == other.Url && NotDialled == other.NotDialled && StartTime == other.StartTime && FirstStartTime == other.FirstStartTime && Links.Count == other.Links.Count
        && Links.All(link => other.Links.TryGetValue(link.Key, out var there) && there == link.Value);
}

/// <summary>
/// Whom this node dials for what, and what it serves to whom: computed anew from the records, the routes and the databases whenever one of them changes.
/// </summary>
/// <param name="Enabled">This node takes part in replication: it has a record of its own and was not removed.</param>
/// <param name="Peers">Every known peer, those that are not dialled included.</param>
public sealed record DialPlan(NodeName Self, bool Enabled, ImmutableSortedDictionary<NodeName, PeerPlan> Peers)
{
    /// <summary>Node records beyond what is planned for (<see cref="DialPlanner.MaxPeers"/>).</summary>
    public int Omitted { get; init; }

    public static DialPlan Nobody(NodeName self) => new(self, false, ImmutableSortedDictionary<NodeName, PeerPlan>.Empty);

    public PeerPlan? Find(NodeName peer) => Peers.GetValueOrDefault(peer);
}
