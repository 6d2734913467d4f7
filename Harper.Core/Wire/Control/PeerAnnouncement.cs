using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Core.Wire.Control;

/// <summary>The sixth element of NODE_NAME, by which our nodes know each other (rule 17). Originals ignore it.</summary>
/// <param name="Capabilities">See <see cref="WireCapabilities"/>.</param>
/// <param name="NodeId">Of the node's root folder.</param>
/// <param name="Incarnation">Of the database; a vector of another incarnation is void.</param>
/// <param name="Head">The newest position of the announcer's log.</param>
/// <param name="Through">How far the announcer has the other side's own changes; null when it has none (rule 16).</param>
public sealed record PeerAnnouncement(
    ImmutableArray<string> Capabilities, Guid NodeId, Guid Incarnation, double Head, double? Through = null);

/// <summary>The fifth element of NODE_NAME, as v5 sends it.</summary>
public sealed record V5Capabilities(bool SubscriptionSetupAck, double? SubscriptionSetupBudgetMs);

/// <summary>What a source fixes before it walks its tables (rule 21).</summary>
/// <param name="Vector">Origin to the version up to which all of its changes are in what follows.</param>
/// <param name="Floor">Origin to the version up to which the source's log is not complete.</param>
/// <param name="Records">How many rows the source has in the tables concerned, more or less: for progress. Null when it did not say.</param>
public sealed record CopySource(
    ImmutableDictionary<NodeName, double> Vector, ImmutableDictionary<NodeName, double> Floor, Guid Incarnation, long? Records = null)
{
    /// <summary>Only tables that are new to the peer come: its positions stay those of the others (rule 20).</summary>
    public bool IsPartial => Only is not null;

    /// <summary>These tables; null: all that pass.</summary>
    public TableFilter? Only { get; init; }

    /// <summary>The request that this copy answers (<see cref="CopyResume.Number"/>); null: nobody asked for it, the log does not reach back or more may be sent than before.</summary>
    public int? Answers { get; init; }
}

/// <summary>The row that 134 brings.</summary>
public sealed record FetchedRecord(
    ReadOnlyMemory<byte> Value, double Version, double? ExpiresAt = null, long? ResidencyId = null, int? NodeId = null, string? User = null);
