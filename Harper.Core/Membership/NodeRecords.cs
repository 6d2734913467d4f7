using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>The table hdb_nodes as of one moment.</summary>
/// <param name="All">By name.</param>
/// <param name="Removed">Names whose record was deleted and not written again since (R-GOS-07).</param>
/// <param name="OwnStartTimes">Peers whose <c>start_time</c> was written by this node, and so is meant for it (D26).</param>
public sealed record NodeRecords(
    ImmutableArray<NodeRecord> All, ImmutableHashSet<NodeName> Removed, ImmutableDictionary<NodeName, double> OwnStartTimes)
{
    public static readonly NodeRecords Empty = new([], [], ImmutableDictionary<NodeName, double>.Empty);

    public NodeRecord? Find(NodeName name)
    {
        foreach (var record in All)
            if (record.Name == name) return record;
        return null;
    }

    /// <summary>Nothing changed between the two: most commits of <c>system</c> concern other tables.</summary>
    public bool SameAs(NodeRecords other) =>
        All.Length == other.All.Length && Removed.SetEquals(other.Removed)
        && OwnStartTimes.Count == other.OwnStartTimes.Count && OwnStartTimes.All(time => other.OwnStartTimes.TryGetValue(time.Key, out var there) && there == time.Value)
        && All.Zip(other.All).All(pair => pair.First.SameAs(pair.Second));

    public bool IsRemoved(NodeName name) => Removed.Contains(name);
}
