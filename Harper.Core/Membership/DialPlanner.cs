using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>Works out the <see cref="DialPlan"/>: a pure function of what is known.</summary>
public static class DialPlanner
{
    /// <summary>Node records gossip, and any member can write them: more peers than this have no links here, whoever made them up.</summary>
    public const int MaxPeers = 1_000;

    /// <param name="members">The node records, this node's own among them, and the names whose records were deleted.</param>
    /// <param name="before">The plan so far: where there are too many records, those who are in it stay.</param>
    public static DialPlan Plan(
        MembershipSettings settings, NodeRecords members, RouteList routes, IReadOnlyCollection<LocalDatabase> databases, DialPlan? before = null)
    {
        var own = members.Find(settings.Self);
        var removed = members.IsRemoved(settings.Self);
        var enabled = settings.Url is not null && !removed && own is not null && own.Replicates is not { IsNothing: true };
        if (removed || settings.Url is null) return DialPlan.Nobody(settings.Self);

        var given = members.OwnStartTimes.Values.Concat(routes.Routes.Where(route => route.StartTime is not null).Select(route => route.StartTime!.Value));
        double? first = given.Any() ? given.Min() : null;
        var peers = ImmutableSortedDictionary.CreateBuilder<NodeName, PeerPlan>();
        var others = members.All.Length - (own is null ? 0 : 1);
        foreach (var record in others <= MaxPeers ? members.All : Preferred(settings.Self, members, routes, before))
            if (record.Name != settings.Self) peers[record.Name] = PlanPeer(record.Name, record, routes.Find(record.Name));
        foreach (var route in routes.Routes)
            if (!peers.ContainsKey(route.Peer) && !members.IsRemoved(route.Peer)) peers[route.Peer] = PlanPeer(route.Peer, null, route);
        return new DialPlan(settings.Self, enabled, peers.ToImmutable()) { Omitted = Math.Max(0, others - MaxPeers) };

        PeerPlan PlanPeer(NodeName peer, NodeRecord? record, Route? route)
        {
            var links = databases
                .Select(database => Link(settings, own, peer, record, route, database))
                .Where(link => !link.Receives.IsNone || !link.Sends.IsNone)
                .ToImmutableDictionary(link => link.Database);
            var (url, notDialled) = Address(peer, record, route, enabled);
            if (url?.StartsWith("ws:", StringComparison.Ordinal) == true) notDialled ??= Admission.AddressFault(record, route);
            if (notDialled is null && !links.Values.Any(link => link.IsDialled)) notDialled = "nothing is received from it";
            return new PeerPlan(peer, url, links, notDialled, record, route, StartTimeOf(route, members, peer)) { FirstStartTime = first };
        }
    }

    /// <summary>What may flow between this node and a peer of a database, which need not exist here.</summary>
    public static DatabaseLink Link(MembershipSettings settings, NodeRecords members, RouteList routes, NodeName peer, LocalDatabase database) =>
        Link(settings, members.Find(settings.Self), peer, members.Find(peer), routes.Find(peer), database);

    /// <summary>Whom the operator named, then whom this node has to do with already, then by name. This node's own record is one more.</summary>
    private static IEnumerable<NodeRecord> Preferred(NodeName self, NodeRecords members, RouteList routes, DialPlan? before) => members.All
        .Where(record => record.Name != self)
        .OrderByDescending(record => routes.Find(record.Name) is not null)
        .ThenByDescending(record => before?.Peers.ContainsKey(record.Name) == true)
        .ThenByDescending(record => record.IsUsable)
        .ThenBy(record => record.Name)
        .Take(MaxPeers);

    /// <summary>A super_user that is no node is served what replicates, and never dialled (R-SEC-09).</summary>
    public static PeerPlan PlanGuest(MembershipSettings settings, NodeName name, IEnumerable<LocalDatabase> databases)
    {
        var links = databases
            .Select(database => new DatabaseLink(database.Name, TableFilter.None, Offered(settings, database)))
            .Where(link => !link.Sends.IsNone)
            .ToImmutableDictionary(link => link.Database);
        return new PeerPlan(name, null, links, "it has no node record; it was let in by credentials", null, null, null);
    }

    /// <summary>Databases that a route or an operation names to be received: they are made here, or nobody could be asked for them (R-SUB-10, R-FLO-12).</summary>
    public static IEnumerable<DatabaseName> NamedToReceive(MembershipSettings settings, NodeRecords members, RouteList routes) =>
        routes.Routes.Select(route => new PeerTerms(route.Peer, route.Subscriptions, route.Replicates))
            .Concat(members.Find(settings.Self)?.Terms ?? [])
            .SelectMany(terms => terms.NamedToReceive)
            .Where(settings.Databases.Includes)
            .Distinct();

    /// <summary>Tables that opt out are left to the tables' own definitions: opting in again is not a wider filter and fills nothing in (R-SEL-07).</summary>
    private static TableFilter Offered(MembershipSettings settings, LocalDatabase database) =>
        settings.Databases.Includes(database.Name) ? TableFilter.All : TableFilter.Only(database.OptedIn);

    private static (string? Url, string? NotDialled) Address(NodeName peer, NodeRecord? record, Route? route, bool enabled)
    {
        if (!enabled) return (route is null ? record?.Url : PeerAddress.Write(route.Url), "this node has no record of its own yet");
        if (route is { ExplicitAddress: true }) return (PeerAddress.Write(route.Url), null);
        if (record is not null)
        {
            if (record.UnusableBecause is { } reason && route is null) return (null, reason);
            if (record.Url is { } url && record.IsUsable && PeerAddress.TryParseUrl(url, out var parsed, out _)) return (PeerAddress.Write(parsed), null);
        }
        return route is null ? (null, "no address is known") : (PeerAddress.Write(route.Url), null);
    }

    private static DatabaseLink Link(
        MembershipSettings settings, NodeRecord? own, NodeName peer, NodeRecord? record, Route? route, LocalDatabase database)
    {
        var offered = Offered(settings, database);
        // A sharded database flows between nodes of one shard; nodes without a number are one shard too.
        if (settings.Databases.Sharded.Contains(database.Name) && settings.Shard != (route?.Shard ?? record?.Shard))
            return new DatabaseLink(database.Name, TableFilter.None, TableFilter.None);
        var agreed = own?.TermsWith(peer);
        if ((route?.Subscriptions ?? agreed?.Subscriptions) is { } list)
        {
            var listed = new PeerTerms(peer, list, null);
            return new DatabaseLink(database.Name, offered.And(listed.Receives(database.Name)), offered.And(listed.Sends(database.Name)));
        }
        var ours = route?.Replicates ?? own?.Replicates ?? FlowRule.Full;
        var theirs = record is null ? FlowRule.Full : record.Replicates ?? FlowRule.Nothing;
        return new DatabaseLink(
            database.Name,
            offered.And(ours.ReceivesFor(peer, database.Name)).And(theirs.SendsFor(settings.Self, database.Name))
                .And(agreed?.Receives(database.Name) ?? TableFilter.All),
            offered.And(ours.SendsFor(peer, database.Name)).And(theirs.ReceivesFor(settings.Self, database.Name))
                .And(agreed?.Sends(database.Name) ?? TableFilter.All));
    }

    /// <summary>A time on a row counts only where it was given (D26): it gossips, so only one that this node wrote is taken.</summary>
    private static double? StartTimeOf(Route? route, NodeRecords members, NodeName peer) =>
        route?.StartTime ?? (members.OwnStartTimes.TryGetValue(peer, out var time) ? time : null);
}
