using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;

namespace Harper.Core.Commit;

/// <summary>Which tables of an origin are whole, and how far those are that are not: kept with each move of its version (rules 12, 20).</summary>
internal static class CoverResolution
{
    /// <summary>These are whole up to the origin's version from here on; those that were until now are so up to where it stood.</summary>
    /// <param name="from">Where it stood.</param>
    public static ReplicationPositions Whole(CommitGroup group, ReplicationPositions positions, NodeName origin, TableFilter tables, double from)
    {
        var (before, now) = (positions.CoveredOf(origin), tables.Bounded);
        var parts = positions.Parts;
        if (from > 0 && !now.Includes(before))
            foreach (var table in group.State.Tables.Keys)
                if (before.Allows(table) && !now.Allows(table)) parts = parts.Raised(origin, table, from);
        return positions with { Covers = PositionResolution.Restricted(positions.Covers, origin, now), Parts = parts.Without(origin, now.Allows) };
    }

    /// <summary>
    /// What the end of a copy says of an origin: what it brought is whole up to the source's vector, and up to where this node stands if that is not further on. Of what is not whole
    /// there the copy brought what the source has. A copy of everything moves the origin to its vector; one of added tables leaves it where it is, and the stream goes on from there.
    /// What was lacking in the log until now still is, and of added tables it has nothing: the floor says so (rule 13).
    /// </summary>
    public static ReplicationPositions AfterCopy(CommitGroup group, ReplicationPositions positions, CopyCursor cursor, NodeName origin, double version)
    {
        var (through, brought) = (positions.Through.GetValueOrDefault(origin), cursor.Brought(origin));
        var (moves, isLacking) = (!cursor.IsPartial && version > through, !positions.CoveredOf(origin).Includes(brought));
        var isInLog = moves || (version < through && !cursor.IsPartial) || !(isLacking || version > through);
        if (moves) positions = Whole(group, positions, origin, brought, through);
        else if (isLacking && version >= through) positions = Whole(group, positions, origin, positions.CoveredOf(origin).Or(brought), through);
        else if (isLacking) positions = Partly(group, positions, origin, brought, version);
        positions = FromSource(positions, cursor, origin, version, moves ? version : through);
        return isInLog || version <= positions.Floor.GetValueOrDefault(origin) ? positions : positions with { Floor = positions.Floor.SetItem(origin, version) };
    }

    /// <summary>This node is further on than the source: the rows end before what it has.</summary>
    private static ReplicationPositions Partly(CommitGroup group, ReplicationPositions positions, NodeName origin, TableFilter brought, double version)
    {
        var (covered, parts) = (positions.CoveredOf(origin), positions.Parts);
        foreach (var table in group.State.Tables.Keys)
            if (brought.Allows(table) && !covered.Allows(table)) parts = parts.Raised(origin, table, version);
        return positions with { Parts = parts };
    }

    private static ReplicationPositions FromSource(ReplicationPositions positions, CopyCursor cursor, NodeName origin, double version, double through)
    {
        if (!cursor.Parts.ContainsKey(origin)) return positions;
        var covered = positions.CoveredOf(origin);
        var parts = WithSources(positions.Parts, cursor, origin, version, covered);
        var reached = parts.TryGetValue(origin, out var all) ? all.Where(part => part.Value >= through).Select(part => part.Key).ToList() : [];
        if (reached.Count == 0) return positions with { Parts = parts };
        covered = covered.Or(TableFilter.Only(reached)).Bounded;
        return positions with
        {
            Covers = PositionResolution.Restricted(positions.Covers, origin, covered), Parts = parts.Without(origin, covered.Allows),
            Floor = positions.Floor.SetItem(origin, Math.Max(through, positions.Floor.GetValueOrDefault(origin))),
        };
    }

    /// <summary>What the source has in part only came as far as it has it.</summary>
    private static ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> WithSources(
        ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> parts, CopyCursor cursor, NodeName origin, double version, TableFilter covered)
    {
        if (!cursor.Parts.TryGetValue(origin, out var theirs)) return parts;
        foreach (var (table, upTo) in theirs)
            if (cursor.Copied.Allows(table) && !covered.Allows(table)) parts = parts.Raised(origin, table, Math.Min(upTo, version));
        return parts;
    }

    /// <summary>Own changes that were lost came back as far as they passed; the others may be with another peer (rule 16).</summary>
    public static ReplicationPositions OwnAfterCopy(CommitGroup group, ReplicationPositions positions, CopyCursor cursor, double version)
    {
        var (self, brought) = (group.State.Self, cursor.Brought(group.State.Self));
        var lost = positions.Floor.GetValueOrDefault(self);
        if (version < lost) return positions;
        if (positions.Covers.TryGetValue(self, out var before)) return Own(before.Or(brought));
        return !cursor.IsPartial && lost > 0 && (PeerMarks.RecoversOwn(group.Positions, self) || PeerMarks.HasLostOf(group.Positions, cursor.Source)) ? Own(brought) : positions;

        // What the source has in part only is not sought from it again.
        ReplicationPositions Own(TableFilter tables) => positions with
        {
            Covers = PositionResolution.Restricted(positions.Covers, self, tables.Bounded),
            Parts = WithSources(positions.Parts, cursor, self, version, tables).Without(self, tables.Allows),
        };
    }
}
