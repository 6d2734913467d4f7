using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>A configured way to reach a peer. What it says of directions is this node's own side and is never gossiped.</summary>
/// <param name="Peer">The peer's name: its host.</param>
/// <param name="Url">Where it is dialled.</param>
/// <param name="AsWritten">The entry as it stands in the configuration, for answers and for the file.</param>
public sealed record Route(NodeName Peer, Uri Url, JsonElement AsWritten)
{
    /// <summary>True: the entry names its port or URL, so it goes before what the peer's record says.</summary>
    public bool ExplicitAddress { get; init; }

    /// <summary>What flows, from this node's side.</summary>
    public FlowRule Replicates { get; init; } = FlowRule.Full;

    public ImmutableArray<ExplicitSubscription>? Subscriptions { get; init; }

    public ImmutableArray<string> RevokedCertificates { get; init; } = [];

    public int? Shard { get; init; }

    /// <summary>Epoch milliseconds; the first copy from this peer takes only newer data.</summary>
    public double? StartTime { get; init; }

    /// <summary>Two entries mean the same peer address (cluster_set_routes, cluster_delete_routes).</summary>
    public bool SameAddress(Route other) =>
        string.Equals(Url.Host, other.Url.Host, StringComparison.OrdinalIgnoreCase) && Url.Port == other.Url.Port;
}

/// <summary>An entry that is no route: it is reported and skipped, the others go on working (R-CFG-15).</summary>
public sealed record RouteProblem(JsonElement AsWritten, string Problem);

/// <summary>The routes of a configuration.</summary>
/// <param name="Self">Entries that name this node itself: ignored without complaint, so that one list serves all nodes.</param>
public sealed record RouteList(ImmutableArray<Route> Routes, ImmutableArray<RouteProblem> Problems, ImmutableArray<JsonElement> Self)
{
    public static readonly RouteList Empty = new([], [], []);

    public Route? Find(NodeName peer) => Routes.FirstOrDefault(route => route.Peer == peer);
}
