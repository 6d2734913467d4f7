using Harper.Core.Membership;

namespace Harper.Actors.Membership;

/// <summary>Everything that membership knows, as of one moment: settings, records, routes and the plan that follows from them.</summary>
public sealed record MembershipSnapshot(MembershipSettings Settings, NodeRecords Records, RouteList Routes, DialPlan Plan)
{
    /// <summary>This node takes part in replication; false after it was removed (D36).</summary>
    public bool IsEnabled => Settings.Url is not null && !Records.IsRemoved(Settings.Self);

    public static MembershipSnapshot Empty(MembershipSettings settings) =>
        new(settings, NodeRecords.Empty, RouteList.Empty, DialPlan.Nobody(settings.Self));
}
