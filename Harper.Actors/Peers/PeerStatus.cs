using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Peers;

/// <summary>What a PeerActor knows of its peer: the plan and the state of each database's connections.</summary>
public sealed record PeerStatus(NodeName Peer, PeerPlan Plan, ImmutableSortedDictionary<string, DatabaseConnectionStatus> Databases)
{
    /// <summary>A socket stands in at least one direction.</summary>
    public bool IsReachable => Databases.Values.Any(database => database.Connected || database.Sending is { Connected: true });

    /// <summary>Everything that is received from it is received now, and nothing waits.</summary>
    public bool IsInStep => Plan.Dialled.All(link =>
        Databases.TryGetValue(link.Database.Value, out var database) && database is { Connected: true, Receiving: { LagMs: 0, Copying: false } });

    /// <summary>Since when no socket stands, milliseconds since 1970; null while one does.</summary>
    public double? AwaySinceMs => IsReachable ? null : Databases.Values.Max(database => database.DisconnectedSinceMs);
}

/// <summary>The connections of one database with one peer, living or lost.</summary>
/// <param name="Receiving">The last known status of the socket we dial; null before the first.</param>
/// <param name="Sending">The last known status of the socket the peer dials; null before the first.</param>
/// <param name="Connected">The socket we dial stands and a write made there now would cross (invariant 11).</param>
/// <param name="DisconnectedSinceMs">Milliseconds since 1970; null while connected or before the first dial.</param>
/// <param name="Copied">Bytes of copies that went over connections of this database since the process started.</param>
/// <param name="Failures">Dials that failed in a row.</param>
public sealed record DatabaseConnectionStatus(
    DatabaseName Database, ConnectionStatus? Receiving, ConnectionStatus? Sending, bool Connected, double? DisconnectedSinceMs,
    PeerConnectionError? LastError, int Failures, CopiedTraffic Copied = default);

/// <summary>Rows of copies in bytes as they travelled, those that came again after a cut among them.</summary>
public readonly record struct CopiedTraffic(long Received, long Sent);

/// <summary>Why the last connection, or the last attempt at one, ended.</summary>
/// <param name="Code">WebSocket close code, or the transport's word for it.</param>
public sealed record PeerConnectionError(string Code, string Reason, double TimeMs);
