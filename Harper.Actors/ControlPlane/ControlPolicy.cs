using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Actors.ControlPlane;

/// <summary>A peer of our kind, as the data plane knows it.</summary>
/// <param name="UnseenForMs">How long it has been reachable without being a member; 0 while it is one or not reachable.</param>
public readonly record struct ControlPeer(NodeName Name, bool Reachable, double UnseenForMs);

/// <summary>What the control plane looks at.</summary>
/// <param name="Running">There is an actor system.</param>
/// <param name="RunningForMs">For how long.</param>
/// <param name="Members">Names of the members, this node included; empty before it joined.</param>
public sealed record ControlState(
    NodeName Self, ImmutableArray<ControlPeer> Peers, ImmutableHashSet<NodeName> Removed, bool Running, double RunningForMs, ImmutableArray<NodeName> Members);

/// <summary>What to do about it.</summary>
public abstract record ControlStep
{
    private ControlStep()
    {
    }

    public sealed record Nothing : ControlStep;

    /// <summary>Make the actor system anew (leaving what there is) and join by these, in order.</summary>
    public sealed record Join(ImmutableArray<NodeName> Seeds) : ControlStep;

    /// <summary>Down members that were removed from the cluster.</summary>
    public sealed record Down(ImmutableArray<NodeName> Members) : ControlStep;
}

/// <summary>
/// Who joins whom on the control plane (architecture 7). A node without a peer of our kind needs no cluster. Seeds are ordered by name, and only the
/// first may form a cluster by itself, so that two that meet do not form two. Clusters that formed apart never merge by themselves: the
/// nodes of the one without the smallest name leave it and join the other. Members are never downed for being away.
/// </summary>
public static class ControlPolicy
{
    public static ControlStep Decide(ControlState state, double joinPatienceMs, double mergePatienceMs)
    {
        var reachable = state.Peers.Where(peer => peer.Reachable).Select(peer => peer.Name).ToList();
        if (!state.Running) return reachable.Count == 0 ? new ControlStep.Nothing() : Join(state, reachable);
        var removed = state.Members.Where(member => member != state.Self && state.Removed.Contains(member)).ToImmutableArray();
        if (!removed.IsEmpty) return new ControlStep.Down(removed);
        if (state.Members.IsEmpty) return reachable.Count > 0 && state.RunningForMs > joinPatienceMs ? Join(state, reachable) : new ControlStep.Nothing();
        var elsewhere = state.Peers.Where(peer => peer.Reachable && peer.UnseenForMs > mergePatienceMs).Select(peer => peer.Name).ToList();
        return elsewhere.Count > 0 && state.RunningForMs > mergePatienceMs && elsewhere.Min().CompareTo(state.Members.Min()) < 0
            ? new ControlStep.Join([.. elsewhere.Order()])
            : new ControlStep.Nothing();
    }

    private static ControlStep.Join Join(ControlState state, List<NodeName> reachable) => new([.. reachable.Append(state.Self).Distinct().Order()]);
}
