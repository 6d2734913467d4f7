namespace Harper.Core.Membership;

/// <summary>What an operator should know about the configured routes (R-CFG-15, R-FLO-09, R-SUB-06).</summary>
public static class RouteWarnings
{
    /// <summary>A plain listener knows its peers by their addresses alone (R-IP-05).</summary>
    public static string? OfListener(MembershipSettings settings) => settings.Url?.StartsWith("ws:", StringComparison.Ordinal) == true
        ? $"The replication port at {settings.Url} is not encrypted and knows nodes by their IP addresses alone: never expose it to a public network"
        : null;

    public static IEnumerable<string> Of(MembershipSettings settings, RouteList routes)
    {
        foreach (var problem in routes.Problems) yield return $"Route {problem.AsWritten.GetRawText()} is skipped: {problem.Problem}";
        if (settings.Databases.Gossips && routes.Routes.Any(route => route.Subscriptions is null && route.Replicates.IsDirectional))
        {
            yield return "Routes with directions should not replicate 'system': every node would learn of every other and dial it. "
                + "List the databases in replication.databases without it.";
        }
        foreach (var route in routes.Routes.Where(route => route.Subscriptions is not null))
        {
            yield return $"Explicit subscriptions with {route.Peer} are deprecated: they are for tests and migrations and promise no consistency; "
                + "nothing else replicates with it. For one direction in production use 'sends' and 'receives' of its route";
        }
    }
}
