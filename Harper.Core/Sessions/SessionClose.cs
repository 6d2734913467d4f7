namespace Harper.Core.Sessions;

/// <summary>Why a connection ended.</summary>
public enum ConnectionEndKind : byte
{
    /// <summary>The other side closed, or the network did: dial again.</summary>
    Lost,

    /// <summary>We closed to begin again from what is durable (a gap, a stall, an error that passes): dial again at once.</summary>
    Resume,

    /// <summary>The peer refused (1008): dial again, slowly.</summary>
    Refused,

    /// <summary>The peer said DISCONNECT, or told another name: not again until its node record changes.</summary>
    ForGood,

    /// <summary>Our parent asked for it.</summary>
    Asked,
}

/// <summary>How a session wants its socket closed.</summary>
/// <param name="Code">WebSocket close code.</param>
/// <param name="Reason">For the other side, at most 123 bytes.</param>
/// <param name="Disconnect">Say DISCONNECT first: never again.</param>
public sealed record SessionClose(ConnectionEndKind Kind, int Code, string Reason, bool Disconnect = false)
{
    public const int GoingAway = 1001;
    public const int Policy = 1008;
    public const int Transient = 1011;

    public static SessionClose Resume(string reason) => new(ConnectionEndKind.Resume, Transient, reason);
}
