using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Core.Sessions;

/// <summary>What passes of each origin's changes from a peer of ours to here: what the peer lets pass and has itself, and what is taken here (rules 12, 20).</summary>
/// <param name="Offered">What the peer lets pass of what was asked for.</param>
/// <param name="Covers">Origin → the tables of which the peer has all changes; absent: all.</param>
public sealed record PassingTables(TableFilter Offered, ImmutableDictionary<NodeName, TableFilter> Covers)
{
    public static readonly PassingTables All = new(TableFilter.All, ImmutableDictionary<NodeName, TableFilter>.Empty);

    /// <summary>What a copy from the peer lacks, whatever is taken of it.</summary>
    public TableFilter Of(NodeName origin) => Covers.TryGetValue(origin, out var covered) ? Offered.And(covered) : Offered;

    /// <summary>The same for all of these; those that lack nothing are not among them.</summary>
    public ImmutableDictionary<NodeName, TableFilter> Of(IEnumerable<NodeName> origins)
    {
        if (Offered == TableFilter.All && Covers.IsEmpty) return Covers;
        var each = ImmutableDictionary.CreateBuilder<NodeName, TableFilter>();
        foreach (var origin in origins)
            if (Of(origin) is var tables && tables != TableFilter.All) each[origin] = tables;
        return each.ToImmutable();
    }
}
