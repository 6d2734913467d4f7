namespace Harper.Actors.Transport;

/// <summary>How a socket behaves. The times are R-P2P-07's, the sizes architecture section 9's.</summary>
public sealed record PeerSocketSettings
{
    /// <summary>The dialler pings at once and then this often; this measures the latency.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The socket ends when no byte moved in either direction for this long.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest message once the peer's identity is known; the original's replication.maxPayload.</summary>
    public int MaxMessageBytes { get; init; } = 100_000_000;

    /// <summary>The longest message before that.</summary>
    public int MaxMessageBytesBeforeIdentity { get; init; } = 4096;

    /// <summary>How long an accepted socket may stay without an identity.</summary>
    public TimeSpan IdentityDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Written bytes go out when this many wait, or when nothing more is waiting.</summary>
    public int FlushAtBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes that may wait to be written before a sender has to wait.</summary>
    public int SendBufferBytes { get; init; } = 1024 * 1024;

    /// <summary>How long closing may take before the connection is cut.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(3);
}
