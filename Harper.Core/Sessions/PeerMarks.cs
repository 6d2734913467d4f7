using Harper.Core.Identity;
using Harper.Core.Positions;

namespace Harper.Core.Sessions;

/// <summary>What a node tells another about that node's own changes (rule 16).</summary>
public static class PeerMarks
{
    /// <summary>How far changes of a node are here, those of a copy that is not complete included; null when there are none.</summary>
    public static double? Of(ReplicationPositions positions, NodeName peer)
    {
        var through = positions.Through.GetValueOrDefault(peer);
        var copied = positions.Copy?.Vector.GetValueOrDefault(peer) ?? 0;
        return Math.Max(through, copied) is var mark && mark > 0 ? mark : null;
    }

    /// <summary>Own changes were lost here and are not fetched back yet: the floor stands above what is here until a copy is complete.</summary>
    public static bool RecoversOwn(ReplicationPositions positions, NodeName self) =>
        positions.Floor.GetValueOrDefault(self) > positions.Through.GetValueOrDefault(self);
}
