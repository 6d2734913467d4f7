namespace Harper.Actors.Transport;

/// <summary>The one error of the network boundary.</summary>
public sealed class PeerTransportException(PeerTransportFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public PeerTransportFailure Failure { get; } = failure;
}

public enum PeerTransportFailure
{
    /// <summary>Nobody listens, or no way there: worth trying again.</summary>
    Unreachable,

    /// <summary>Connecting took longer than its deadline.</summary>
    TimedOut,

    /// <summary>Something answered that is no replication listener, or refused the upgrade.</summary>
    Refused,

    /// <summary>The certificate of the other end is not believed, or it does not speak TLS.</summary>
    Untrusted,

    /// <summary>The URL cannot be dialled: wss without TLS support, or no ws URL at all.</summary>
    Unsupported,

    /// <summary>The socket has ended.</summary>
    Closed,
}
