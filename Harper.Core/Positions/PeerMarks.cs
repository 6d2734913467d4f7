using Harper.Core.Identity;

namespace Harper.Core.Positions;

/// <summary>What a node tells another about that node's own changes (rule 16).</summary>
public static class PeerMarks
{
    /// <summary>How far changes of a node are here, those that came with rows included; null when there are none.</summary>
    public static double? Of(ReplicationPositions positions, NodeName peer)
    {
        var through = positions.Through.GetValueOrDefault(peer);
        var copied = positions.Copy?.Vector.GetValueOrDefault(peer) ?? 0;
        return Math.Max(Math.Max(through, copied), positions.Seen.GetValueOrDefault(peer)) is var mark && mark > 0 ? mark : null;
    }

    /// <summary>The newest own change that is here or known to be lost: whoever has one above it has what was never told here.</summary>
    public static double Known(ReplicationPositions positions, NodeName self) =>
        Math.Max(positions.Through.GetValueOrDefault(self), positions.Floor.GetValueOrDefault(self));

    /// <summary>The peer has own changes that are not here, and was not copied from since.</summary>
    public static bool HasLostOf(ReplicationPositions positions, NodeName peer) =>
        positions.PeerIncarnations.TryGetValue(peer, out var incarnation) && incarnation == Guid.Empty;

    /// <summary>Own changes are known to be with a peer and not here.</summary>
    public static bool MissesOwn(ReplicationPositions positions, NodeName self) =>
        RecoversOwn(positions, self) || positions.PeerIncarnations.ContainsValue(Guid.Empty);

    /// <summary>Own changes were lost here and are not fetched back yet: the floor stands above what is here until a copy is complete.</summary>
    public static bool RecoversOwn(ReplicationPositions positions, NodeName self) =>
        positions.Floor.GetValueOrDefault(self) > positions.Through.GetValueOrDefault(self);
}
