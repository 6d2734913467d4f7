namespace Harper.Actors.Transport;

/// <summary>What moved over a socket so far. Bytes are payload bytes; the last moment counts pings and pongs too.</summary>
/// <param name="BytesWaiting">Handed over for sending and not yet written.</param>
/// <param name="LastMoved">Time since a byte moved in either direction.</param>
public readonly record struct PeerTraffic(
    long BytesReceived, long BytesSent, long MessagesReceived, long MessagesSent, long BytesWaiting, TimeSpan LastMoved);
