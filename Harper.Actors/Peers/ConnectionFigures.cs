namespace Harper.Actors.Peers;

/// <summary>A connection's status as the admin tree shows it.</summary>
internal static class ConnectionFigures
{
    public static IEnumerable<KeyValuePair<string, object?>> Of(ConnectionStatus status)
    {
        yield return new("peerKind", status.PeerKind.ToString());
        yield return new("latencyMs", status.LatencyMs);
        yield return new("lagMs", status.LagMs);
        yield return new("pendingTransactions", status.PendingTransactions);
        yield return new("pendingBytes", status.PendingBytes);
        yield return new("confirmed", status.LastCommitConfirmed);
        if (status.Direction == ConnectionDirection.Receiving) yield return new("received", status.LastReceivedVersion);
        else yield return new("sending", status.SendingPosition);
        if (status.CopyProgress is { } copy) yield return new("copied", $"{copy.Rows} rows, {copy.Bytes} bytes, at {copy.Table?.Value ?? "the end"}");
        yield return new("transactions", status.Transactions);
        yield return new("records", status.Records);
        yield return new("bytesIn", status.BytesIn);
        yield return new("bytesOut", status.BytesOut);
        if (status.CopiedBytes > 0) yield return new("copiedBytes", status.CopiedBytes);
        yield return new("backPressurePercent", status.BackPressurePercent);
        if (status.Dropped > 0) yield return new("dropped", status.Dropped);
        if (status.Disbelieved > 0) yield return new("disbelieved", status.Disbelieved);
        if (status.Quarantined > 0) yield return new("quarantined", status.Quarantined);
        if (status.AsksByEndedList) yield return new("asksByEndedList", true);
        if (status.LastError is { } error) yield return new("lastError", error);
    }
}
