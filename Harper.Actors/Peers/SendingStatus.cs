using Harper.Actors.Subscriptions;
using Harper.Core.Sessions;

namespace Harper.Actors.Peers;

/// <summary>A sending session as its status shows it.</summary>
internal static class SendingStatus
{
    public static string Words(SendingState state) => state.Phase switch
    {
        SendingPhase.Naming => "handshaking",
        SendingPhase.Idle => "not asked for anything",
        SendingPhase.Waiting => "waiting for an own copy to end",
        SendingPhase.Copying => "copying",
        SendingPhase.Streaming => "streaming",
        _ => "closed",
    };

    public static ConnectionStatus Of(
        SendingState state, SendingConnection connection, SubscriptionFigures figures, double? head, double backPressure, string? lastError)
    {
        var traffic = connection.Socket.Traffic;
        var mark = Math.Max(state.Confirmed ?? 0, figures.UnconfirmedTransactions == 0 ? figures.LastPosition ?? 0 : 0);
        return new ConnectionStatus
        {
            Direction = ConnectionDirection.Sending,
            Peer = connection.Peer,
            Database = connection.First.Database,
            Number = connection.Number,
            State = Words(state),
            PeerKind = state.Kind,
            Connected = state.Phase is not (SendingPhase.Naming or SendingPhase.Ended),
            LatencyMs = connection.Socket.Latency?.TotalMilliseconds,
            Origins = state.Origins,
            LastCommitConfirmed = state.Confirmed,
            SendingPosition = figures.Sending,
            Copying = state.Phase == SendingPhase.Copying,
            CopyProgress = figures.Copy,
            LagMs = state.Phase == SendingPhase.Streaming && mark > 0 && head is { } newest ? Math.Max(0, newest - mark) : 0,
            PendingTransactions = figures.UnconfirmedTransactions,
            PendingBytes = figures.UnconfirmedBytes + traffic.BytesWaiting,
            BackPressurePercent = backPressure,
            BytesIn = traffic.BytesReceived,
            BytesOut = traffic.BytesSent,
            CopiedBytes = figures.CopiedBytes,
            Transactions = figures.Transactions,
            Records = figures.Records,
            LastProgressAt = state.ConfirmedAt,
            LastError = lastError,
        };
    }
}
