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
        SendingPhase.Confirming => "waiting for the confirmation of a copy",
        SendingPhase.Waiting => "waiting for an own copy to end",
        SendingPhase.Copying => "copying",
        SendingPhase.Streaming => "streaming",
        SendingPhase.Judging => "judging what the peer says of own writes",
        _ => "closed",
    };

    public static ConnectionStatus Of(
        SendingState state, SendingConnection connection, SubscriptionFigures figures, double lagMs, double backPressure, string? lastError)
    {
        var traffic = connection.Socket.Traffic;
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
            LagMs = lagMs,
            PendingTransactions = figures.UnconfirmedTransactions,
            PendingBytes = figures.UnconfirmedBytes + traffic.BytesWaiting,
            BackPressurePercent = backPressure,
            BytesIn = traffic.BytesReceived,
            BytesOut = traffic.BytesSent,
            CopiedBytes = figures.CopiedBytes,
            CopiesSent = figures.CopiesSent,
            Transactions = figures.Transactions,
            Records = figures.Records,
            LastProgressAt = state.ConfirmedAt,
            AsksByEndedList = state.AsksByEndedList,
            LastError = lastError,
        };
    }

    /// <summary>
    /// How old the oldest change is that the peer has not confirmed: positions are times. How far positions lie apart says nothing after a pause.
    /// </summary>
    /// <param name="inStepAt">When everything was read and sent last, as far as somebody looked.</param>
    public static double Lag(SendingState state, SubscriptionFigures figures, double? head, double inStepAt, double now)
    {
        if (state.Phase != SendingPhase.Streaming) return 0;
        if (figures.OldestUnconfirmed is { } oldest) return Math.Max(0, now - oldest);
        return IsInStep(figures, head) ? 0 : Math.Max(0, now - Math.Max(inStepAt, figures.LastPosition ?? now));
    }

    public static bool IsInStep(SubscriptionFigures figures, double? head) => figures.LastPosition is not { } last || head is not { } newest || newest <= last;
}
