using Harper.Core.Sessions;

namespace Harper.Actors.Peers;

/// <summary>A receiving session as its status shows it.</summary>
internal static class ReceivingStatus
{
    /// <summary>A message that is older than this when it arrives belongs to a backlog.</summary>
    private const double InStepMs = 1500;

    public static string Words(ReceivingState state) => state.Phase switch
    {
        ReceivingPhase.Naming => "handshaking",
        ReceivingPhase.Waiting when state.IsAbsentThere => "waiting for the peer to have the database",
        ReceivingPhase.Waiting => "waiting for a copy to end",
        ReceivingPhase.Requested => "asking",
        ReceivingPhase.Copying => "copying",
        ReceivingPhase.Streaming => state.CatchUpTo is null ? "streaming" : "catching up after the copy",
        _ => "closed",
    };

    public static ConnectionStatus Of(ReceivingState state, ReceivingConnection connection, double now, string? lastError)
    {
        var traffic = connection.Socket.Traffic;
        return new ConnectionStatus
        {
            Direction = ConnectionDirection.Receiving,
            Peer = connection.Peer,
            Database = connection.Database.Name,
            Number = connection.Number,
            State = Words(state),
            PeerKind = state.Kind,
            // Where the peer has no such database there is nothing to cross; it says so the moment that changes.
            Connected = state.Phase is ReceivingPhase.Copying or ReceivingPhase.Streaming || (state.Phase == ReceivingPhase.Waiting && state.IsAbsentThere),
            CopiesCompleted = state.CopiesCompleted,
            OwnWritesAsked = state.OwnWritesAsked,
            LatencyMs = connection.Socket.Latency?.TotalMilliseconds,
            Origins = state.Origins,
            LastReceivedVersion = state.LastReceived,
            LastReceivedAt = state.LastReceivedAt,
            LastWasRecord = state.LastWasRecord,
            LastCommitConfirmed = state.Confirmed,
            Copying = state.Phase == ReceivingPhase.Copying || state.CatchUpTo is not null,
            CopyProgress = state.Copy is { } copy
                ? new CopyProgress(copy.Table, copy.Rows, copy.Bytes, state.CopyMeasure?.TotalRows) { Since = state.CopyMeasure?.Since }
                : null,
            LagMs = Lag(state, now),
            PendingTransactions = state.Pending,
            PendingBytes = state.PendingBytes,
            BytesIn = traffic.BytesReceived,
            BytesOut = traffic.BytesSent,
            CopiedBytes = state.CopiedBytes,
            Transactions = state.Transactions,
            Records = state.Records,
            Dropped = state.Dropped,
            Disbelieved = state.Disbelieved,
            Quarantined = state.Quarantined,
            LastProgressAt = state.MadeProgress ? state.ProgressAt : null,
            LastError = lastError,
        };
    }

    /// <summary>Positions and versions are times: how old was what came last, while more is coming or not yet durable.</summary>
    private static double Lag(ReceivingState state, double now)
    {
        if (state.Phase is not (ReceivingPhase.Streaming or ReceivingPhase.Copying) || state.LastReceivedAt is not { } at || state.LastReceived <= 0) return 0;
        var behind = Math.Max(0, at - state.LastReceived);
        if (state.Pending > 0) return Math.Max(behind, now - at);
        return !state.Drained && now - at < InStepMs && behind > InStepMs ? behind : 0;
    }
}
