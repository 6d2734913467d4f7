using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>What the configuration says of this node as a member of a cluster.</summary>
public sealed record MembershipSettings
{
    public required NodeName Self { get; init; }

    /// <summary>URL under which others reach this node; null when it takes no part in replication (no listener).</summary>
    public required string? Url { get; init; }

    public int? Shard { get; init; }

    /// <summary>The authority of the certificate that this node shows to its peers; null: plain, not known yet, or a public one.</summary>
    public NodeAuthority? Authority { get; init; }

    public ReplicatedDatabases Databases { get; init; } = ReplicatedDatabases.All;

    /// <summary>The entries of <c>replication.routes</c>, as written.</summary>
    public ImmutableArray<JsonElement> Routes { get; init; } = [];

    /// <summary><c>wss</c> where a secure port is in force, else <c>ws</c>.</summary>
    public string DefaultScheme { get; init; } = "ws";

    /// <summary>The port of a route that names none (R-CFG-14).</summary>
    public int DefaultPort { get; init; } = PeerAddress.DefaultPort;

    public RouteParser CreateRouteParser() => new(Self, DefaultScheme, DefaultPort);
}
