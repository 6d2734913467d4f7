using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Core.Sessions;

/// <summary>What a receiving session is for.</summary>
/// <param name="Peer">The name under which it was dialled.</param>
/// <param name="Filter">What may be taken.</param>
/// <param name="StartTime">The first copy from this peer takes only what is newer (R-SYN-05).</param>
public sealed record ReceivingContext(
    NodeName Self, Guid NodeId, NodeName Peer, DatabaseName Database, TableFilter Filter, double? StartTime, SessionDeadlines Deadlines)
{
    /// <summary>The same where nothing is here yet, whoever is copied from.</summary>
    public double? FirstStartTime { get; init; }
}

/// <summary>How long a session waits, in milliseconds.</summary>
/// <param name="Name">For the peer's NODE_NAME.</param>
/// <param name="Progress">For progress while work is pending, between ours.</param>
/// <param name="ProgressOfOriginals">The same towards originals.</param>
/// <param name="Copy">For progress of a copy, where it is shorter than what holds otherwise.</param>
/// <param name="SilentCopy">A copy of an original that sends nothing at all for so long has nothing to send: 4.7 does not say when an empty copy ends.</param>
/// <param name="OwnWritesOfOriginals">An original that was asked for own lost writes and sends none for so long has no more of them.</param>
/// <param name="Blobs">For content of blobs, from the last piece of any: then what speaks of them is set aside without it.</param>
/// <param name="CopyAnswer">A source that was asked for a copy and does not begin it: another may.</param>
public sealed record SessionDeadlines(
    double Name = 20_000, double Progress = 60_000, double ProgressOfOriginals = 120_000, double SilentCopy = 10_000, double CopyAnswer = 5_000,
    double OwnWritesOfOriginals = 1_000, double Copy = 300_000, double Blobs = 120_000);
