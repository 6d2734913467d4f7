using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Positions;

namespace Harper.Core.Sessions;

/// <summary>
/// What is believed of one node about another (ADR 0012). Changes carry no signatures, so a member can say anything in another's name; this bounds what comes of it. Whoever
/// can be heard itself is heard itself alone, and what nobody can have taken in is believed of nobody.
/// </summary>
public static class RelayTrust
{
    /// <summary>
    /// Milliseconds ahead of this node's clock. An honest relay passes on what is a minute ahead of its own clock at most (rule 8), and its clock may be a minute ahead of this one.
    /// </summary>
    public const double AheadMs = 120_000;

    /// <summary>Whether a relay can have taken a change of this version in. Not a number: no.</summary>
    public static bool CanBeKnown(double version, double now) => version <= now + AheadMs;

    /// <summary>Entries of others that this source cannot have; its own and this node's are judged where they are used.</summary>
    public static ImmutableArray<NodeName> Impossible(ImmutableDictionary<NodeName, double> vector, NodeName source, NodeName self, double now) =>
        [.. vector.Where(entry => entry.Key != source && entry.Key != self && !CanBeKnown(entry.Value, now)).Select(entry => entry.Key).Order()];

    /// <summary>
    /// The peer itself says how far it has written, and somebody made this node believe that it is further than it can ever have been: all of it is fetched again. (What is
    /// only a little ahead may be lost there: rule 16.)
    /// </summary>
    /// <param name="head">The clock of the peer's database, from itself.</param>
    public static bool IsContradicted(ReplicationPositions positions, NodeName peer, double head, double now) =>
        Claimed(positions, peer) is var claimed && claimed > head && !CanBeKnown(claimed, now);

    private static double Claimed(ReplicationPositions positions, NodeName peer) =>
        Math.Max(positions.Through.GetValueOrDefault(peer), Math.Max(positions.Seen.GetValueOrDefault(peer), positions.Floor.GetValueOrDefault(peer)));
}
