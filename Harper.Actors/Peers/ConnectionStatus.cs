using Harper.Core.Identity;
using Harper.Core.Sessions;

namespace Harper.Actors.Peers;

/// <summary>Which way the data of a connection flows, seen from this node.</summary>
public enum ConnectionDirection { Receiving, Sending }

/// <summary>
/// What one peer connection is doing: an immutable snapshot that the connection actor tells its parent, at most twice a second and on
/// every change of state. Times are milliseconds since 1970, null when it never happened.
/// </summary>
public sealed record ConnectionStatus
{
    public required ConnectionDirection Direction { get; init; }

    public required NodeName Peer { get; init; }

    public required DatabaseName Database { get; init; }

    /// <summary>Number of the connection at its PeerActor: the last part of the actor's name.</summary>
    public required int Number { get; init; }

    /// <summary>In words: handshaking, waiting, copying, streaming, closing, closed.</summary>
    public required string State { get; init; }

    public PeerKind PeerKind { get; init; }

    /// <summary>True: a write made now would cross now (invariant 11).</summary>
    public bool Connected { get; init; }

    /// <summary>Receiving: the peer was asked whether it has own writes that are lost here, and what it said is stored (rule 16).</summary>
    public bool OwnWritesAsked { get; init; }

    /// <summary>The last ping's round trip in milliseconds; null before the first.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>Origins that are asked for over this connection.</summary>
    public IReadOnlyList<NodeName> Origins { get; init; } = [];

    /// <summary>Receiving: the greatest version or position received. 0 when none.</summary>
    public double LastReceivedVersion { get; init; }

    /// <summary>Receiving: when anything arrived last, by our clock.</summary>
    public double? LastReceivedAt { get; init; }

    /// <summary>Receiving: true after a record, false after a position without records (<c>Receiving</c> and <c>Waiting</c>).</summary>
    public bool LastWasRecord { get; init; }

    /// <summary>Receiving: up to where we confirmed (144); sending: up to where the peer confirmed our log.</summary>
    public double? LastCommitConfirmed { get; init; }

    /// <summary>Sending: the position being sent now; null when idle.</summary>
    public double? SendingPosition { get; init; }

    /// <summary>A base copy runs over this connection.</summary>
    public bool Copying { get; init; }

    public CopyProgress? CopyProgress { get; init; }

    /// <summary>Receiving: copies that came to their end over this connection.</summary>
    public int CopiesCompleted { get; init; }

    /// <summary>Sending: copies of which everything was sent over this connection.</summary>
    public int CopiesSent { get; init; }

    /// <summary>How far the receiving end is behind the sending one, in milliseconds; 0 when it has everything.</summary>
    public double LagMs { get; init; }

    public long PendingTransactions { get; init; }

    public long PendingBytes { get; init; }

    /// <summary>Share of the last 30 s in which sending was blocked.</summary>
    public double BackPressurePercent { get; init; }

    public long BytesIn { get; init; }

    public long BytesOut { get; init; }

    /// <summary>Of these the rows of copies, those of copies that were cut and came again among them.</summary>
    public long CopiedBytes { get; init; }

    public long Transactions { get; init; }

    public long Records { get; init; }

    /// <summary>Records of tables that never leave or enter a node (users, roles and the like) that the peer sent all the same (D33).</summary>
    public long Dropped { get; init; }

    /// <summary>Transactions that the peer sent in another's name, unasked or from the future, and that were not taken.</summary>
    public long Disbelieved { get; init; }

    /// <summary>Transactions that could not be applied and were set aside (rule 24).</summary>
    public long Quarantined { get; init; }

    /// <summary>See <see cref="SendingState.AsksByEndedList"/>.</summary>
    public bool AsksByEndedList { get; init; }

    /// <summary>When something durable came of this connection last: what its reconnect delay is reset by.</summary>
    public double? LastProgressAt { get; init; }

    public string? LastError { get; init; }
}
