using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;

namespace Harper.Core.Commit;

/// <summary>Positions that move without data.</summary>
internal static class PositionResolution
{
    public static CommitResult Resolve(CommitGroup group, CommitRequest.Positions request)
    {
        foreach (var update in request.Updates) Apply(group, update);
        return new CommitResult.Applied(request.Updates.Length > 0);
    }

    /// <summary>The node is gone: where it stood no longer holds anything back. Its changes stay (R-CLU).</summary>
    public static CommitResult Forget(CommitGroup group, NodeName peer)
    {
        var positions = group.Positions;
        group.Positions = positions with
        {
            Cursors = positions.Cursors.Remove(peer),
            Confirmed = positions.Confirmed.Remove(peer),
            PeerIncarnations = positions.PeerIncarnations.Remove(peer),
            Taken = positions.Taken.Remove(peer),
            Given = positions.Given.Remove(peer),

            // Nobody can say any more what it had beyond its rows.
            Rest = positions.Rest?.Source == peer ? null : positions.Rest,
        };
        return new CommitResult.Applied(true);
    }

    /// <summary>
    /// Peers hold own writes that are not here: never again a version that they have seen (rule 16). Local writes may have gone on above what was
    /// lost before anybody could be asked; then the log has a hole below them, which the floor covers.
    /// </summary>
    public static CommitResult Raise(CommitGroup group, CommitRequest.OwnWritesAhead request)
    {
        var self = group.State.Self;
        var positions = group.Positions;
        var (through, floor) = (positions.Through.GetValueOrDefault(self), positions.Floor.GetValueOrDefault(self));
        if (request.Seen <= Math.Min(through, floor) || (request.Seen > floor && request.Seen <= through && Wrote(group, request.Seen)))
            return new CommitResult.Applied(false);

        // Nobody can have taken in what is further ahead than that (rule 8): believing it would carry this clock away, and with it every later write.
        if (!(request.Seen <= group.Now + group.State.Settings.MaxClockAheadMs))
        {
            return request.At is { } claimant
                ? new CommitResult.Rejected(
                    CommitRejection.Malformed, $"{claimant} claims writes of this node up to {request.Seen:R}, {request.Seen - group.Now:0} ms ahead of this node's clock; compare the clocks of both")
                : new CommitResult.Applied(false);
        }

        if (request.Seen > floor)
        {
            // While own writes come back nobody is served: one new incarnation is enough.
            if (through >= floor)
            {
                if (!Believe(group, request.Claimant))
                {
                    return request.At is { } again
                        ? new CommitResult.Rejected(
                            CommitRejection.Malformed,
                            $"{again} claims once more to hold writes of this node that are lost here, up to {request.Seen:R}; it is believed {OwnWriteClaims.AtOnce:0} times, then once in {OwnWriteClaims.EveryMs / 60_000:0} minutes. If this node lost nothing, look at who runs {again}")
                        : new CommitResult.Applied(false);
                }

                positions = positions with { Incarnation = group.State.NewGuid() };
            }

            group.Head = Math.Max(group.Head, Math.BitIncrement(request.Seen));
            positions = positions with { Floor = positions.Floor.SetItem(self, request.Seen) };
            if (request.At is not null && positions.Copy is { } copy) positions = positions with { Copy = copy with { IsBehindClaim = true } };
        }

        // Void: the next session with it copies.
        if (request.At is { } peer && !PeerMarks.HasLostOf(positions, peer)) positions = positions with { PeerIncarnations = positions.PeerIncarnations.SetItem(peer, Guid.Empty) };
        var changed = !ReferenceEquals(positions, group.Positions);
        group.Positions = positions;
        return new CommitResult.Applied(changed);
    }

    private static bool Believe(CommitGroup group, NodeName? claimant)
    {
        if (claimant is not { } name) return true;
        var before = group.State.OwnWriteClaims;
        if (before.Believe(name, group.Now) is not { } after) return false;
        group.State.OwnWriteClaims = after;
        group.OnUndo(() => group.State.OwnWriteClaims = before);
        return true;
    }

    /// <summary>The version of a local write is its position (rule 11).</summary>
    private static bool Wrote(CommitGroup group, double version)
    {
        var (key, value) = (new ByteBuilder(16), new ByteBuilder(1024));
        StoreKeys.Log(key, version, 0);
        return group.State.Store.TryGet(Family.Log, key.Written, value)
            && LogEntryCodec.ReadStamp(LogEntries.Beginning(value.Written, out _), group.State.Origins) == new Stamp(version, group.State.Self);
    }

    public static CommitResult TakeBack(CommitGroup group)
    {
        var (self, positions) = (group.State.Self, group.Positions);
        if (!PeerMarks.RecoversOwn(positions, self)) return new CommitResult.Applied(false);
        group.Positions = positions with { Through = positions.Through.SetItem(self, positions.Floor[self]) };
        return new CommitResult.Applied(true);
    }

    /// <summary>Nothing is remembered of who is not restricted.</summary>
    public static ImmutableDictionary<NodeName, TableFilter> Restricted(ImmutableDictionary<NodeName, TableFilter> known, NodeName peer, TableFilter filter) =>
        filter == TableFilter.All ? known.Remove(peer) : known.SetItem(peer, filter);

    private static ImmutableDictionary<NodeName, TableFilter> Less(ImmutableDictionary<NodeName, TableFilter> known, NodeName peer, TableFilter filter) =>
        Restricted(known, peer, known.GetValueOrDefault(peer, TableFilter.All).And(filter));

    private static void Apply(CommitGroup group, PositionUpdate update)
    {
        var positions = group.Positions;
        group.Positions = update switch
        {
            PositionUpdate.Cursor cursor => cursor.Position > 0
                ? positions with { Cursors = positions.Cursors.SetItem(cursor.Issuer, cursor.Position) } : positions,
            PositionUpdate.Confirmed confirmed => positions with
            {
                Confirmed = positions.Confirmed.SetItem(confirmed.Peer, Math.Max(confirmed.Position, positions.Confirmed.GetValueOrDefault(confirmed.Peer))),
            },
            PositionUpdate.PeerIncarnation peer => positions.PeerIncarnations.ContainsKey(peer.Peer)
                ? positions : positions with { PeerIncarnations = positions.PeerIncarnations.Add(peer.Peer, peer.Incarnation) },
            // By what is stored when it is, not when it was asked for: several may be under way.
            PositionUpdate.TakesLess less => positions with { Taken = Less(positions.Taken, less.Peer, less.Filter) },
            PositionUpdate.GivesLess less => positions with { Given = Less(positions.Given, less.Peer, less.Filter) },
            PositionUpdate.Given given => positions with { Given = Restricted(positions.Given, given.Peer, given.Filter) },
            PositionUpdate.Doubted doubted => positions with
            {
                Through = positions.Through.Remove(doubted.Peer),
                Covers = positions.Covers.Remove(doubted.Peer),
                Parts = positions.Parts.Remove(doubted.Peer),
                Seen = positions.Seen.Remove(doubted.Peer),
                Floor = positions.Floor.SetItem(doubted.Peer, Math.Min(doubted.UpTo, positions.Floor.GetValueOrDefault(doubted.Peer, doubted.UpTo))),
                PeerIncarnations = positions.PeerIncarnations.SetItem(doubted.Peer, Guid.Empty),
            },
            PositionUpdate.DropCursor drop => positions with { Cursors = positions.Cursors.Remove(drop.Issuer) },
            PositionUpdate.CaughtUp caught => positions.Rest is { } rest && rest.Source == caught.Source && rest.Head <= caught.Head
                ? positions with { Rest = null } : positions,
            PositionUpdate.MarkHistory => positions with { HasHistory = true },
            _ => throw new ArgumentOutOfRangeException(nameof(update), update, "no such position update"),
        };
    }
}
