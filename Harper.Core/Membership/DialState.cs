namespace Harper.Core.Membership;

/// <summary>Where the dialling of one database of one peer stands.</summary>
public enum DialPhase
{
    Idle,
    Dialling,
    Connected,

    /// <summary>Until the delay is over, or something says that the peer is there.</summary>
    Waiting,

    /// <summary>The peer said "never again": until its record changes.</summary>
    GivenUp,
}

/// <summary>How a connection or an attempt ended, as far as dialling again is concerned.</summary>
public enum DialEnd { Lost, Resume, Refused, ForGood }

/// <summary>
/// The dialling of one database of one peer: pure; the actor dials and sets the timer. Retrying has this one owner.
/// </summary>
/// <param name="Failures">Ends in a row without progress between them.</param>
/// <param name="DisconnectedSinceMs">Milliseconds since 1970; null while connected and before the first attempt.</param>
public sealed record DialState(DialPhase Phase, int Failures, double? ConnectedAtMs, double? DisconnectedSinceMs)
{
    public static readonly DialState New = new(DialPhase.Idle, 0, null, null);

    public bool MayDial => Phase is DialPhase.Idle or DialPhase.Waiting;

    public DialState Dialling(double nowMs) => this with { Phase = DialPhase.Dialling, DisconnectedSinceMs = DisconnectedSinceMs ?? nowMs };

    /// <summary>The socket stands; whether data crosses is another question, so the count stays until progress was made.</summary>
    public DialState Opened(double nowMs) => this with { Phase = DialPhase.Connected, ConnectedAtMs = nowMs };

    /// <summary>The peer was let in and answers: it is no longer away.</summary>
    public DialState Answering() => this with { DisconnectedSinceMs = null };

    /// <summary>The attempt or the connection ended. The delay is null when it is not dialled again.</summary>
    public (DialState Next, TimeSpan? Delay) Ended(DialEnd end, bool madeProgress, double nowMs, ReconnectPolicy policy, double chance)
    {
        var connectedFor = TimeSpan.FromMilliseconds(ConnectedAtMs is { } at ? Math.Max(0, nowMs - at) : 0);
        var failures = policy.AfterLoss(Failures, connectedFor, madeProgress);
        var next = new DialState(DialPhase.Waiting, failures, null, DisconnectedSinceMs ?? nowMs);
        return end switch
        {
            DialEnd.ForGood => (next with { Phase = DialPhase.GivenUp }, null),
            // Begin again from what is durable: at once the first time, then like any loss, so that a peer that cannot be served is not hammered.
            DialEnd.Resume when madeProgress || failures == 1 => (next, TimeSpan.Zero),
            _ => (next, policy.Delay(failures, chance)),
        };
    }

    /// <summary>Nothing is to be dialled any more.</summary>
    public DialState Stopped() => New;

    /// <summary>The peer's record changed, or it came to us: what was given up or waits may be tried at once.</summary>
    public DialState Encouraged() => Phase is DialPhase.Waiting or DialPhase.GivenUp ? this with { Phase = DialPhase.Idle } : this;
}
