using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Schema;

namespace Harper.Core.Sessions;

/// <summary>What passes of each origin's changes from a peer of ours to here: what the peer lets pass and has itself, and what is taken here (rules 12, 20).</summary>
public sealed record PassingTables
{
    public static readonly PassingTables All = new(TableFilter.All, ImmutableDictionary<NodeName, TableFilter>.Empty, TableFilter.All);

    private readonly TableFilter _offered;
    private readonly ImmutableDictionary<NodeName, TableFilter> _covers;

    /// <summary>Of origins of which the peer has all; null: all. It is made once, because it is asked for with each transaction.</summary>
    private readonly TableFilter? _under;
    private readonly ImmutableDictionary<NodeName, TableFilter> _underOf;

    /// <param name="offered">What the peer lets pass of what was asked for.</param>
    /// <param name="covers">Origin → the tables of which the peer has all changes; absent: all.</param>
    /// <param name="taken">What is taken here.</param>
    public PassingTables(TableFilter offered, ImmutableDictionary<NodeName, TableFilter> covers, TableFilter taken)
    {
        (_offered, _covers) = (offered, covers);
        var under = offered.And(taken);
        _under = under == TableFilter.All ? null : under;
        _underOf = covers.IsEmpty ? covers : covers.ToImmutableDictionary(each => each.Key, each => each.Value.And(under));
    }

    public PassingTables Taking(TableFilter taken) => new(_offered, _covers, taken) { Through = Through, Parts = Parts };

    /// <summary>What passes of an origin's changes; null: all.</summary>
    public TableFilter? Under(NodeName origin) => _underOf.TryGetValue(origin, out var narrower) ? narrower : _under;

    /// <summary>The peer's vector of when it spoke of this; null: it did not say.</summary>
    public ImmutableDictionary<NodeName, double>? Through { get; init; }

    /// <summary>How far the peer has tables that it has not all of.</summary>
    public ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> Parts { get; init; } = OriginParts.None;

    /// <summary>The same as far as it passes: what is not sent does not come, however far the peer has it.</summary>
    public ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> PassingParts(DatabaseCatalog catalog) =>
        Parts.Within(table => LocalTables.MayPass(catalog, table, _under ?? TableFilter.All));

    /// <summary>What the peer has and lets pass, whatever is taken of it; of those of the origins of which that is not all.</summary>
    public ImmutableDictionary<NodeName, TableFilter> Of(IEnumerable<NodeName> origins)
    {
        if (_offered == TableFilter.All && _covers.IsEmpty) return _covers;
        var each = ImmutableDictionary.CreateBuilder<NodeName, TableFilter>();
        foreach (var origin in origins)
            if ((_covers.TryGetValue(origin, out var covered) ? _offered.And(covered) : _offered) is var tables && tables != TableFilter.All) each[origin] = tables;
        return each.ToImmutable();
    }
}
