using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Membership;

/// <summary>Everything that membership knows, as of one moment: settings, records, routes and the plan that follows from them.</summary>
public sealed record MembershipSnapshot(MembershipSettings Settings, NodeRecords Records, RouteList Routes, DialPlan Plan)
{
    /// <summary>This node takes part in replication; false after it was removed (D36).</summary>
    public bool IsEnabled => Settings.Url is not null && !Records.IsRemoved(Settings.Self);

    /// <summary>What may flow of a database, which need not exist here, between this node and a peer; a peer that is no member is a guest.</summary>
    public DatabaseLink LinkWith(NodeName peer, LocalDatabase database) => Plan.Find(peer) is null
        ? DialPlanner.PlanGuest(Settings, peer, [database]).Links.GetValueOrDefault(database.Name) ?? new DatabaseLink(database.Name, TableFilter.None, TableFilter.None)
        : DialPlanner.Link(Settings, Records, Routes, peer, database);

    public static MembershipSnapshot Empty(MembershipSettings settings) =>
        new(settings, NodeRecords.Empty, RouteList.Empty, DialPlan.Nobody(settings.Self));
}
