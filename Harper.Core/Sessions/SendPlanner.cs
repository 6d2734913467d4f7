using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>Decides how a subscription request is served: by the log or by a copy, from where, and what of it (rules 12, 13, 15, 21).</summary>
public static class SendPlanner
{
    /// <summary>How far before its confirmed position a 4.7 node is served: it asks by its own clock (rule 15).</summary>
    public const double ConfirmedOverlapMs = 60_000;

    /// <param name="copy">Why it must be copied to whatever it asks for, and from the beginning; null: it need not.</param>
    /// <param name="added">The tables for which it must, where the others may be followed from where it stands; null: all.</param>
    public static SendAnswer Plan(
        SendingContext context, NodeName peer, PeerKind kind, ControlFrame.SubscriptionRequest request, ReplicationPositions positions, string? copy = null,
        TableFilter? added = null)
    {
        var self = context.Self;
        var agreed = Agreed(context, request);
        ImmutableHashSet<NodeName> excluded = request.ExcludedNodes.IsDefault ? [] : [.. request.ExcludedNodes];
        return kind == PeerKind.Ours
            ? ForOurs(self, request, agreed, excluded, positions, copy, added)
            : ForOriginal(context, peer, kind, request, agreed, excluded, positions, copy);
    }

    /// <summary>All that is in the log and is not the peer's own.</summary>
    public static SendAnswer Rest(SendingContext context, NodeName peer, ControlFrame.SubscriptionRequest request) => new SendAnswer.Stream(
        new SendPlan(0, request.Entries.ToImmutableDictionary(entry => entry.Name, _ => 0.0), ByVersion: false, OnlyStarts: false, [peer], NoEnds, Agreed(context, request)));

    /// <summary>What may be sent of what was asked for.</summary>
    public static TableFilter Agreed(SendingContext context, ControlFrame.SubscriptionRequest request)
    {
        var asked = request.Entries[0];
        return context.Filter.And(new TableFilter(asked.ReplicateByDefault, [.. asked.Tables]));
    }

    private static SendAnswer ForOurs(
        NodeName self, ControlFrame.SubscriptionRequest request, TableFilter filter, ImmutableHashSet<NodeName> excluded, ReplicationPositions positions,
        string? copy, TableFilter? added)
    {
        var starts = request.Entries.ToImmutableDictionary(entry => entry.Name, entry => entry.StartTime);
        var resume = request.Entries[0].CopyResume;
        if (resume is null && starts.GetValueOrDefault(self) > PeerMarks.Known(positions, self))
            return new SendAnswer.OwnWritesAhead(starts[self]);

        var plan = new SendPlan(0, starts, ByVersion: true, OnlyStarts: false, excluded, NoEnds, filter);
        var since = resume?.Since ?? 0;
        if ((resume is null ? added : resume.Only?.Or(added ?? TableFilter.None)) is { } only && !BelowFloor(plan, positions, out _))
        {
            var then = plan with { After = ScanStart(plan, positions) };
            return new SendAnswer.Copy(
                new CopyPlan(CopyPlace.Beginning, positions.CopyVector, positions.Head, then, then.After) { Since = since, Only = only.And(filter) },
                copy ?? "it takes more tables than before");
        }

        if (copy is not null) return FullCopy(plan, positions, copy, self, since);
        if (resume is { Table: not null } && resume.OrderVersion == CopyWalk.OrderVersion)
        {
            // What was copied so far is as of the request's vector, the rest will be as of ours: the stream goes on from the smaller of the two.
            var onwards = plan with { Starts = RequestPlanner.Smaller(starts, positions.CopyVector) };
            if (!BelowFloor(onwards, positions, out _))
            {
                onwards = onwards with { After = ScanStart(onwards, positions) };
                var place = new CopyPlace(resume.Table, resume.After);
                return new SendAnswer.Copy(
                    new CopyPlan(place, positions.CopyVector, resume.StartTime, onwards, onwards.After) { Since = since }, "it goes on where it was cut");
            }
        }

        if (resume is not null) return FullCopy(plan, positions, "the peer asked for it", self, since);
        if (BelowFloor(plan, positions, out var origin))
            return FullCopy(plan, positions, $"the log of {origin} does not reach back to {starts.GetValueOrDefault(origin):R}", self);
        return new SendAnswer.Stream(plan with { After = ScanStart(plan, positions) });
    }

    private static SendAnswer ForOriginal(
        SendingContext context, NodeName peer, PeerKind kind, ControlFrame.SubscriptionRequest request, TableFilter filter,
        ImmutableHashSet<NodeName> excluded, ReplicationPositions positions, string? copy)
    {
        var self = context.Self;
        var mayResume = copy is null;
        var byExclusion = kind == PeerKind.Original5 && !request.ExcludedNodes.IsDefault;
        var starts = ImmutableDictionary.CreateBuilder<NodeName, double>();
        var ends = ImmutableDictionary.CreateBuilder<NodeName, double>();
        foreach (var entry in request.Entries)
        {
            var start = entry.StartTime;
            if (start <= 0) copy ??= "the peer asked for it";
            else if (entry.Name == self && entry.EndTime is null)
            {
                // It asks by its clock, not by what it has; what it has is what it confirmed.
                if (!positions.Confirmed.TryGetValue(peer, out var confirmed)) copy ??= "it never confirmed anything";
                start = Math.Max(1, Math.Min(start, confirmed) - ConfirmedOverlapMs);
                if (start + ConfirmedOverlapMs < positions.Floor.GetValueOrDefault(self)) copy ??= "the log does not reach back to what it confirmed";
            }
            else if (entry.Name != self && entry.EndTime is null)
            {
                // A position of the log of the node it cannot reach, or of its own clock.
                start = Math.Max(1, start - ConfirmedOverlapMs);
                if (start + ConfirmedOverlapMs < positions.Floor.GetValueOrDefault(entry.Name)) copy ??= $"the log of {entry.Name} does not reach back to what it has";
            }

            starts[entry.Name] = starts.TryGetValue(entry.Name, out var other) ? Math.Min(start, other) : start;
            if (entry.EndTime is { } end) ends[entry.Name] = end;
        }

        // It asks for our own changes alone. Of node records it gets everybody's, or it would never hear of members that only we know (R-GOS-01).
        if (context.Database.IsSystem && !byExclusion) (byExclusion, excluded) = (true, [peer]);
        var plan = new SendPlan(
            0, starts.ToImmutable(), ByVersion: false, OnlyStarts: !byExclusion, byExclusion ? excluded : [], ends.ToImmutable(), filter);
        // Only one whose copy began here: v5 walks in another order, and ignores ours likewise.
        if (request.Entries[0].CopyResume is { Table: not null, OrderVersion: CopyWalk.OrderVersion } resume && kind == PeerKind.Original5
            && mayResume && resume.StartTime > positions.Floor.GetValueOrDefault(self))
        {
            var onwards = plan with { Starts = plan.Starts.ToImmutableDictionary(start => start.Key, _ => resume.StartTime), Ends = NoEnds, After = resume.StartTime };
            return new SendAnswer.Copy(
                new CopyPlan(new CopyPlace(resume.Table, resume.After), positions.CopyVector, resume.StartTime, onwards, resume.StartTime), "it goes on where it was cut");
        }

        if (copy is not null)
        {
            // Nothing of what the copy brings: an add that comes twice may be added twice.
            var from = plan.Starts.ToImmutableDictionary(start => start.Key, _ => positions.Head);
            return FullCopy(plan with { Starts = from, Ends = NoEnds }, positions, copy, self);
        }

        return new SendAnswer.Stream(plan with { After = plan.Starts.IsEmpty ? positions.Head : plan.Starts.Values.Min() });
    }

    private static SendAnswer.Copy FullCopy(SendPlan plan, ReplicationPositions positions, string reason, NodeName self, double since = 0)
    {
        // Own changes that nobody gave back are gone: their versions are passed over, or the copy would never be enough.
        var vector = positions.CopyVector;
        if (PeerMarks.RecoversOwn(positions, self)) vector = vector.SetItem(self, positions.Floor[self]);
        var then = plan with { After = positions.Head };
        if (plan.ByVersion)
        {
            // What waits in quarantine is not in the rows; it is before the head in the log.
            then = plan with { Starts = vector };
            then = then with { After = ScanStart(then, positions) };
        }

        return new SendAnswer.Copy(new CopyPlan(CopyPlace.Beginning, vector, positions.Head, then, then.After) { Since = since }, reason);
    }

    /// <summary>Rule 13: what is left of the log is no answer to a request that starts below it.</summary>
    private static bool BelowFloor(SendPlan plan, ReplicationPositions positions, out NodeName origin)
    {
        foreach (var (candidate, floor) in positions.Floor)
        {
            origin = candidate;
            if (plan.Wants(candidate) && plan.Starts.GetValueOrDefault(candidate) < floor) return true;
        }

        origin = default;
        return false;
    }

    /// <summary>
    /// No entry's version is above its position (rule 11): what an origin wrote after a version lies after that position. Origins of which
    /// the peer has all that is here do not hold the start back.
    /// </summary>
    private static double ScanStart(SendPlan plan, ReplicationPositions positions)
    {
        var after = positions.Head;
        foreach (var (origin, through) in positions.Through)
        {
            if (!plan.Wants(origin)) continue;
            var start = plan.Starts.GetValueOrDefault(origin);
            if (start < through) after = Math.Min(after, start);
        }

        return after;
    }

    private static readonly ImmutableDictionary<NodeName, double> NoEnds = ImmutableDictionary<NodeName, double>.Empty;
}
