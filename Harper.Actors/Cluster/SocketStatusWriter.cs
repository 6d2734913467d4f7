using System.Globalization;
using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Sessions;
using Harper.Core.Time;

namespace Harper.Actors.Cluster;

/// <summary>
/// One entry of <c>database_sockets</c>: the original's fields and forms (W 11), and lag, pending work, copy progress and time away beside them.
/// Where no connection has said anything yet, the stored positions answer, so that figures survive a restart (R-MON-11).
/// </summary>
internal sealed class SocketStatusWriter(NodeName self, OutgoingBacklog backlog, IClock clock)
{
    /// <summary>After so long without a record nothing is being received, whether the sender stated a position since or not.</summary>
    private const double QuietMs = 1000;

    public void Write(Utf8JsonWriter writer, PeerPlan peer, DatabaseName name, IDatabaseHandle? handle, DatabaseConnectionStatus? status)
    {
        var positions = handle?.Engine.Positions;
        var (receiving, sending) = (status?.Receiving, status?.Sending);
        var copying = receiving is { Copying: true } && status!.Connected;
        writer.WriteStartObject();
        writer.WriteString("database", name.Value);
        writer.WriteBoolean("connected", status is { Connected: true });
        if (receiving?.LatencyMs is { } latency) writer.WriteNumber("latency", latency);
        writer.WriteNumber("threadId", 1);
        writer.WriteNumber("thread_id", 1);
        WriteOrigins(writer, peer, receiving);
        WriteTime(writer, "lastCommitConfirmed", sending?.LastCommitConfirmed ?? Confirmed(positions, peer.Peer));
        var version = receiving is { LastReceivedVersion: > 0 } ? receiving.LastReceivedVersion : Stored(positions, peer.Peer);
        if (copying) writer.WriteString("lastReceivedRemoteTime", "Copying");
        else WriteTime(writer, "lastReceivedRemoteTime", version > 0 ? version : null);
        WriteTime(writer, "lastReceivedLocalTime", receiving?.LastReceivedAt);
        if (sending is { Connected: true, Copying: true }) writer.WriteString("sendingMessage", "Copying");
        else if (sending is { Connected: true }) WriteTime(writer, "sendingMessage", sending.SendingPosition);
        if (sending is { Connected: true }) WriteTime(writer, "lastSendTime", sending.SendingPosition);
        writer.WriteNumber("lastReceivedVersion", version);
        writer.WriteNumber("backPressurePercent", sending is { Connected: true } ? sending.BackPressurePercent : 0);
        writer.WriteString("lastReceivedStatus", status is { Connected: true } && IsReceiving(receiving) ? "Receiving" : "Waiting");
        WriteError(writer, status?.LastError);
        WriteBacklog(writer, peer.Peer, handle, status);
        writer.WriteNumber("bytesReceived", receiving?.BytesIn ?? 0);
        writer.WriteNumber("bytesSent", sending?.BytesOut ?? 0);
        if (status?.Copied is { Received: > 0 } received) writer.WriteNumber("copiedBytesReceived", received.Received);
        if (status?.Copied is { Sent: > 0 } sent) writer.WriteNumber("copiedBytesSent", sent.Sent);
        WriteKeptOut(writer, receiving, handle?.Engine.Statistics.QuarantinedTransactions ?? 0);
        if (IsCutOff(positions, peer.Peer)) writer.WriteBoolean("needsCopy", true);
        if (sending is { Connected: true, AsksByEndedList: true }) writer.WriteBoolean("asksByEndedList", true);
        if (receiving is { CopiesCompleted: > 0 and var copies }) writer.WriteNumber("copiesCompleted", copies);
        if (sending is { CopiesSent: > 0 and var given }) writer.WriteNumber("copiesSent", given);
        if (copying && receiving!.CopyProgress is { } progress) CopyProgressWriter.Write(writer, peer, handle, progress, clock.NowMs);
        if (sending is { Connected: true, Copying: true, CopyProgress: { } served }) CopyProgressWriter.WriteServed(writer, served);
        if (status?.DisconnectedSinceMs is { } since && !status.Connected) WriteTime(writer, "disconnectedSince", since);
        writer.WriteEndObject();
    }

    private bool IsReceiving(ConnectionStatus? receiving) =>
        receiving is { LastWasRecord: true } && (receiving.PendingTransactions > 0 || clock.NowMs - receiving.LastReceivedAt < QuietMs);

    private static void WriteOrigins(Utf8JsonWriter writer, PeerPlan peer, ConnectionStatus? receiving)
    {
        writer.WriteStartArray("nodes");
        if (receiving is { Origins.Count: > 0 }) foreach (var origin in receiving.Origins) writer.WriteStringValue(origin.Value);
        else writer.WriteStringValue(peer.Peer.Value);
        writer.WriteEndArray();
    }

    private static void WriteError(Utf8JsonWriter writer, PeerConnectionError? error)
    {
        if (error is null) return;
        writer.WriteStartObject("lastConnectionError");
        if (int.TryParse(error.Code, NumberStyles.None, CultureInfo.InvariantCulture, out var code)) writer.WriteNumber("code", code);
        else writer.WriteString("code", error.Code);
        WriteTime(writer, "time", error.TimeMs);
        writer.WriteString("reason", error.Reason);
        writer.WriteEndObject();
    }

    /// <summary>The log here no longer has what the peer lacks: it gets a copy when it comes (rule 13).</summary>
    private bool IsCutOff(ReplicationPositions? positions, NodeName peer) =>
        Confirmed(positions, peer) is { } confirmed && positions!.Floor.GetValueOrDefault(self) > confirmed;

    /// <summary>How far the two are apart, in the worse of both directions; null where nothing is known.</summary>
    private void WriteBacklog(Utf8JsonWriter writer, NodeName peer, IDatabaseHandle? handle, DatabaseConnectionStatus? status)
    {
        var incoming = status is { Connected: true, Receiving: { } receiving }
            ? new Backlog(receiving.LagMs, receiving.PendingTransactions, receiving.PendingBytes)
            : (Backlog?)null;
        var outgoing = status?.Sending is { Connected: true } sending
            ? new Backlog(sending.LagMs, sending.PendingTransactions, sending.PendingBytes)
            : handle is null ? null : backlog.Of(handle, peer, status?.Sending?.LastCommitConfirmed);
        if (incoming is null && outgoing is null)
        {
            writer.WriteNull("lagMs");
            writer.WriteNull("pendingTransactions");
            writer.WriteNull("pendingBytes");
            return;
        }
        // A copy brings the state of one moment in any order: how far behind it is cannot be said, only how much is left.
        if (status is { Connected: true, Receiving.Copying: true } or { Sending: { Connected: true, Copying: true } }) writer.WriteNull("lagMs");
        else writer.WriteNumber("lagMs", Math.Max(incoming?.LagMs ?? 0, outgoing?.LagMs ?? 0));
        writer.WriteNumber("pendingTransactions", (incoming?.Transactions ?? 0) + (outgoing?.Transactions ?? 0));
        writer.WriteNumber("pendingBytes", (incoming?.Bytes ?? 0) + (outgoing?.Bytes ?? 0));
    }

    /// <summary>What arrived and was not applied, where there is any: nothing is hidden (rule 24, D33).</summary>
    /// <param name="quarantined">Of the whole database, whoever it came from: it outlives connections.</param>
    private static void WriteKeptOut(Utf8JsonWriter writer, ConnectionStatus? receiving, long quarantined)
    {
        if (receiving is { Dropped: > 0 }) writer.WriteNumber("droppedRecords", receiving.Dropped);
        if (receiving is { Disbelieved: > 0 }) writer.WriteNumber("disbelievedTransactions", receiving.Disbelieved);
        if (quarantined > 0) writer.WriteNumber("quarantinedTransactions", quarantined);
    }

    private static double? Confirmed(ReplicationPositions? positions, NodeName peer) =>
        positions is not null && positions.Confirmed.TryGetValue(peer, out var position) ? position : null;

    /// <summary>The vector for ours, the cursor for originals.</summary>
    private static double Stored(ReplicationPositions? positions, NodeName peer) => positions is null
        ? 0
        : Math.Max(positions.Through.GetValueOrDefault(peer), positions.Cursors.GetValueOrDefault(peer));

    internal static void WriteTime(Utf8JsonWriter writer, string name, double? milliseconds)
    {
        if (milliseconds is not { } value || value <= 0 || value > 253402300799999) return;
        writer.WriteString(name, DateTimeOffset.UnixEpoch.AddMilliseconds(value).ToString("R", CultureInfo.InvariantCulture));
    }
}
