using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>What a receiving session asks for (rules 12-14, 16, 18, 21).</summary>
public static class RequestPlanner
{
    /// <summary>How far before an origin's own cursor a 4.7 relay is asked to start: positions are of the relay's log, clocks are only close (rule 18).</summary>
    public const double RelayOverlapMs = 120_000;

    /// <summary>All of what a 4.7 node retains; 0 would ask for a copy.</summary>
    public const double AllRetained = 1;

    /// <summary>
    /// An original keeps its log for three days, and answers a position before what is left of it with what is left: nothing tells that from a whole answer (W 6). An hour is for
    /// clocks and for what it lets go of while it answers.
    /// </summary>
    public const double RetainedByOriginalsMs = 71 * 3_600_000.0;

    /// <summary>Whether the base copy comes first.</summary>
    /// <param name="theirs">What the peer announced; null from originals.</param>
    public static bool NeedsCopy(
        NodeName self, NodeName peer, PeerAnnouncement? theirs, ReplicationPositions positions, TableFilter filter, double? startTime, double now)
    {
        if (positions.TakesMore(peer, filter)) return true;

        if (positions.Copy is not null || !positions.HasHistory) return true;
        if (theirs is null) return !positions.Cursors.TryGetValue(peer, out var cursor) || now - cursor > RetainedByOriginalsMs;

        // The log cannot be asked for what is newer than a time of origins that nobody here has heard of; a copy can.
        if (startTime is not null && !positions.PeerIncarnations.ContainsKey(peer)) return true;

        if (PeerMarks.RecoversOwn(positions, self)) return true;

        // A vector of another incarnation is void: what we have of the peer may be what it lost (rule 17).
        return positions.PeerIncarnations.TryGetValue(peer, out var known) && known != theirs.Incarnation;
    }

    /// <summary>Only what changed after this time is copied: it was said of this peer before the first copy from it, or for all of an empty database (R-SYN-05).</summary>
    public static double? CopySince(ReceivingContext context, ReplicationPositions positions, bool isOurs)
    {
        var isFirst = isOurs ? !positions.PeerIncarnations.ContainsKey(context.Peer) : !positions.Cursors.ContainsKey(context.Peer);
        return (isFirst ? context.StartTime : null) ?? (positions.HasHistory ? null : context.FirstStartTime) ?? positions.Since;
    }

    /// <summary>
    /// The tables that were not taken before, where nothing but them has to be copied: what is taken already is followed from its own positions (rule 20). Null: all is copied.
    /// </summary>
    /// <param name="widenedFrom">What was taken until now, though positions may not say so yet; null: they say it.</param>
    public static TableFilter? OnlyAdded(
        NodeName self, NodeName peer, PeerAnnouncement? theirs, ReplicationPositions positions, TableFilter filter, TableFilter? widenedFrom)
    {
        if (theirs is null || !positions.HasHistory || positions.Since is not null || positions.Copy is { IsPartial: false }) return null;
        if (PeerMarks.RecoversOwn(positions, self) || !positions.PeerIncarnations.TryGetValue(peer, out var known) || known != theirs.Incarnation) return null;
        // A source that offered more goes on doing so until it hears that it was taken.
        if (positions.Copy is not null) widenedFrom ??= filter;
        return widenedFrom is null && !positions.TakesMore(peer, filter) ? null
            : filter.Without(positions.Taken.GetValueOrDefault(peer, TableFilter.All).And(widenedFrom ?? TableFilter.All));
    }

    /// <summary>Whose changes are not wanted from the peer: who comes directly, and this node. The peer's own are, whatever is known of it.</summary>
    public static ImmutableHashSet<NodeName> Excluded(NodeName self, NodeName peer, ImmutableHashSet<NodeName> direct) => direct.Remove(peer).Add(self);

    /// <summary>Between ours: the vector, or the place in a copy.</summary>
    /// <param name="resumed">The copy that goes on; null: it begins, or none is wanted.</param>
    /// <param name="number">Of the request, when it is for a copy.</param>
    public static ControlFrame.SubscriptionRequest ForOurs(
        NodeName self, NodeName peer, ReplicationPositions positions, TableFilter filter, ImmutableHashSet<NodeName> direct, CopyCursor? resumed,
        bool copy, double? since, TableFilter? only = null, int number = 1)
    {
        var vector = resumed?.Vector ?? positions.Through;
        var without = Excluded(self, peer, direct);
        var entries = ImmutableArray.CreateBuilder<SubscriptionEntry>();
        var resume = !copy ? null
            : resumed is null ? new CopyResume(0, null, null, CopyWalk.OrderVersion) { Since = since, Only = only, Number = number }
            : new CopyResume(resumed.StartPosition, resumed.Table, resumed.Table is null ? null : resumed.After, CopyWalk.OrderVersion) { Since = resumed.Since, Number = number };
        entries.Add(Entry(peer, vector.GetValueOrDefault(peer), filter) with { CopyResume = resume });
        foreach (var (origin, version) in vector.OrderBy(pair => pair.Key))
            if (origin != peer && (copy || !without.Contains(origin))) entries.Add(Entry(origin, version, filter));
        return new ControlFrame.SubscriptionRequest(entries.DrainToImmutable(), [.. without.Order()]);
    }

    /// <summary>Towards originals: its cursor, or 0 for a copy; other origins as entries of their own (4.7) and as exclusions (v5).</summary>
    /// <param name="relayed">Nodes that do not come directly.</param>
    public static ControlFrame.SubscriptionRequest ForOriginal(
        NodeName self, NodeName peer, ReplicationPositions positions, TableFilter filter, ImmutableHashSet<NodeName> direct,
        IEnumerable<NodeName> relayed, bool copy, double? startTime, double now)
    {
        // Without a cursor only what was copied on this very socket is asked for like this: 0 would be one more copy.
        var start = copy ? 0 : positions.Cursors.TryGetValue(peer, out var cursor) ? cursor : startTime ?? AllRetained;
        var without = Excluded(self, peer, direct);
        var entries = ImmutableArray.CreateBuilder<SubscriptionEntry>();
        entries.Add(Entry(peer, start, filter) with { IsLeader = copy ? true : null });
        if (copy) return new ControlFrame.SubscriptionRequest(entries.DrainToImmutable(), [.. without.Order()]);
        foreach (var origin in relayed.Where(origin => origin != peer && !without.Contains(origin)).Order())
        {
            var known = positions.Cursors.TryGetValue(origin, out var at) ? at : positions.Through.GetValueOrDefault(origin);
            entries.Add(Entry(origin, Math.Max(AllRetained, known - RelayOverlapMs), filter));
        }

        // Own changes that a power loss took are asked back, up to now (rule 16).
        var own = positions.Through.GetValueOrDefault(self);
        if (own > 0) entries.Add(Entry(self, own, filter) with { EndTime = now });
        return new ControlFrame.SubscriptionRequest(entries.DrainToImmutable(), [.. without.Order()]);
    }

    /// <summary>
    /// A copy can go on from any of our nodes, since all walk in the same order: what was merged so far is as of the first source's vector, the rest as of
    /// the next one's, so the smaller of the two holds for all. Not after the source was made anew, and not for more tables than before.
    /// </summary>
    public static CopyCursor? ResumableFrom(CopyCursor? cursor, NodeName peer, Guid incarnation, TableFilter filter) =>
        cursor is null || cursor.IsPartial || !cursor.Filter.Includes(filter) || cursor.SourceIncarnation == Guid.Empty || incarnation == Guid.Empty ? null
        : cursor.Source == peer && cursor.SourceIncarnation != incarnation ? null
        : cursor;

    /// <summary>The vector of a copy that two sources served one after the other.</summary>
    public static ImmutableDictionary<NodeName, double> Smaller(
        ImmutableDictionary<NodeName, double> first, ImmutableDictionary<NodeName, double> second)
    {
        var both = ImmutableDictionary.CreateBuilder<NodeName, double>();
        foreach (var (origin, version) in first)
            if (second.TryGetValue(origin, out var other)) both[origin] = Math.Min(version, other);
        return both.ToImmutable();
    }

    private static SubscriptionEntry Entry(NodeName name, double start, TableFilter filter) =>
        new(name, start, filter.ByDefault, [.. filter.Tables.OrderBy(table => table.Value, StringComparer.Ordinal)]);
}
