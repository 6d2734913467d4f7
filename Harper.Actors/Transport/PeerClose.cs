namespace Harper.Actors.Transport;

/// <summary>How a socket ended, or shall end.</summary>
/// <param name="ByPeer">The other side closed, or the connection broke.</param>
public sealed record PeerClose(int Code, string Reason, bool ByPeer = false)
{
    public const int Normal = 1000;
    public const int GoingAway = 1001;
    public const int ProtocolError = 1002;

    /// <summary>No close was exchanged: the connection broke or was cut.</summary>
    public const int Abnormal = 1006;

    /// <summary>Unauthorized, wrong name, no longer subscribed.</summary>
    public const int Policy = 1008;

    public const int TooBig = 1009;

    /// <summary>Transient: an undecodable frame, a missing structure; the dialler comes back.</summary>
    public const int Transient = 1011;
}
