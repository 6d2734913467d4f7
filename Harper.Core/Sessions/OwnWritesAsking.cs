using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Sessions;

/// <summary>How far a peer was asked whether it has own changes that are lost here.</summary>
public enum OwnWritesAnswer : byte
{
    /// <summary>Neither an answer nor a failure yet; or it has some, and they are not fetched back.</summary>
    Awaited,

    /// <summary>It cannot be asked now.</summary>
    Unreachable,

    /// <summary>Nobody listens where it should be: it is down, and asking for longer is of no use.</summary>
    Down,

    /// <summary>It has none, or gave them back.</summary>
    Given,
}

/// <summary>What becomes of local writes that are held back.</summary>
/// <param name="Alarm">Why they go on although not everything is known; null when all is well.</param>
public readonly record struct OwnWritesVerdict(bool Open, string? Alarm)
{
    public static readonly OwnWritesVerdict Hold = new(false, null);
    public static readonly OwnWritesVerdict Accept = new(true, null);
}

/// <summary>
/// Rule 16: a node whose disk was set back, or that lost power without syncing, takes new writes only after its peers gave back what they have of it; or
/// after five seconds, with an alarm. Whoever has no peers waits for nobody, and where every write is synced, so that only a disk that was put back can lack any, peers
/// that are down are waited for no longer than a second.
/// </summary>
public static class OwnWritesAsking
{
    public const double BoundMs = 5_000;

    /// <summary>Time for all of a cluster that is started at once to listen.</summary>
    public const double DownBoundMs = 1_000;

    /// <param name="heldForMs">How long local writes have been held back.</param>
    /// <param name="peers">Those that the database is received from; null: not known yet.</param>
    /// <param name="recovers">Own changes are known to be lost and not back.</param>
    /// <param name="synced">No power cut takes writes of this node.</param>
    public static OwnWritesVerdict Decide(double heldForMs, IReadOnlyCollection<(NodeName Peer, OwnWritesAnswer Answer)>? peers, bool recovers, bool synced)
    {
        if (peers is { Count: 0 })
            return recovers ? new(true, "own writes are missing here and no peer is known to fetch them from") : OwnWritesVerdict.Accept;
        if (!recovers && peers is not null && peers.All(peer => peer.Answer != OwnWritesAnswer.Awaited) && peers.Any(peer => peer.Answer == OwnWritesAnswer.Given))
            return OwnWritesVerdict.Accept;
        var bound = synced && !recovers && peers is not null && peers.All(peer => peer.Answer == OwnWritesAnswer.Down) ? DownBoundMs : BoundMs;
        return heldForMs < bound ? OwnWritesVerdict.Hold : new(true, Alarm(peers, recovers));
    }

    private static string Alarm(IReadOnlyCollection<(NodeName Peer, OwnWritesAnswer Answer)>? peers, bool recovers)
    {
        if (peers is null) return "the node records could not be read in time to ask anybody for lost own writes";
        if (recovers) return "own writes that peers have are not all back yet; they go on coming back";
        var silent = peers.Where(peer => peer.Answer != OwnWritesAnswer.Given).Select(peer => peer.Peer.Value).Order(StringComparer.Ordinal).ToImmutableArray();
        return $"{string.Join(", ", silent)} did not say whether own writes are lost here; whoever comes back is asked then";
    }
}
