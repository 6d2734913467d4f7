using Harper.Core.Membership;
using Harper.Core.Records;
using Harper.Core.Transactions;

namespace Harper.Core.Commit;

/// <summary>Transactions that arrive in streams: merged by their own stamps, logged once, together with the position they move.</summary>
internal static class RemoteResolution
{
    /// <summary>What stands for the previous version in the log when an origin's changes came by a way that promises no completeness.</summary>
    public const double Unordered = double.NaN;

    public static CommitResult Resolve(CommitGroup group, CommitRequest.Remote request)
    {
        var transaction = request.Transaction;
        var (version, origin) = transaction.Stamp;
        if (!double.IsFinite(version) || version <= 0)
            return SetAside(group, request, "the version is not a time", null);
        var through = group.Positions.Through.GetValueOrDefault(origin);
        var complete = IsComplete(group, request);
        if (version <= through && complete && !MayBeLost(group, transaction.Stamp) && !MayBeLacking(group, transaction)) return Known(group, request);
        if (version > group.Now + group.State.Settings.MaxClockAheadMs)
            return SetAside(group, request, $"the version is {version - group.Now:0} ms ahead of this node's clock", version - group.State.Settings.MaxClockAheadMs);
        if (complete && GapBefore(group, request) is { } gap) return gap;

        var changed = Apply(group, transaction, complete && version > through ? through : Unordered, request.Under);
        MoveCursor(group, request.Via, request.IssuerPosition);
        return new CommitResult.Applied(changed);
    }

    /// <summary>Merges and logs. In order every transaction is logged, so that the origin's changes are gap-free here (rule 9); out of order only what changed something.</summary>
    /// <param name="under">As in <see cref="CommitRequest.Remote"/>.</param>
    public static bool Apply(CommitGroup group, Transaction transaction, double previous, TableFilter? under = null)
    {
        var changes = Collect(group, transaction);
        DynamicAttributes.Add(group, changes);
        var logged = changes.ApplyAll(transaction.Stamp, out var changed);
        var inOrder = !double.IsNaN(previous);
        if (inOrder || changed) group.Log(transaction.Stamp, previous, transaction.User, logged);
        if (inOrder) AdvanceThrough(group, transaction.Stamp, under);
        else if (changed) Saw(group, transaction.Stamp);
        return changed || inOrder;
    }

    /// <summary>With the version moves what is whole up to it: some of what the origin changed may not have passed.</summary>
    public static void AdvanceThrough(CommitGroup group, Stamp stamp, TableFilter? under)
    {
        var positions = group.Positions;
        var through = positions.Through.GetValueOrDefault(stamp.Origin);
        if (through >= stamp.Version) return;
        group.Positions = positions = positions with { Through = positions.Through.SetItem(stamp.Origin, stamp.Version) };
        if (under is null || stamp.Origin == group.State.Self) return;
        var covered = positions.CoveredOf(stamp.Origin);
        if (ReferenceEquals(under, covered) || under.Includes(covered)) return;
        var both = covered.And(under);
        group.Positions = CoverResolution.Whole(group, positions, stamp.Origin, both == under ? under : both, through);
    }

    /// <summary>Taken in by a way that does not advance <c>through</c>.</summary>
    public static void Saw(CommitGroup group, Stamp stamp)
    {
        var positions = group.Positions;
        if (stamp.Origin == group.State.Self || stamp.Version <= positions.Through.GetValueOrDefault(stamp.Origin)) return;
        if (stamp.Version > positions.Seen.GetValueOrDefault(stamp.Origin))
            group.Positions = positions with { Seen = positions.Seen.SetItem(stamp.Origin, stamp.Version) };
    }

    public static void MoveCursor(CommitGroup group, Identity.NodeName issuer, double? position)
    {
        // No cursor until the sender states a position above 0 (rule 14).
        if (position is not > 0) return;
        group.Positions = group.Positions with { Cursors = group.Positions.Cursors.SetItem(issuer, position.Value) };
    }

    /// <summary>Collects one change per key; tables never heard of come to be, tables dropped here do not come back (R-NRP-05).</summary>
    public static TransactionChanges Collect(CommitGroup group, Transaction transaction)
    {
        var changes = new TransactionChanges(group, group.BeginTransaction());
        foreach (ref readonly var change in transaction.Changes.AsSpan())
        {
            if (TableChanges.FindOrMake(group, change.Table) is { } table) changes.Add(group.Find(table, change.Key), change);
            else changes.AddUnapplied(change);
        }

        return changes;
    }

    /// <summary>Something of the origin is missing before it (rule 17).</summary>
    public static CommitResult.Rejected? GapBefore(CommitGroup group, CommitRequest.Remote request)
    {
        var (version, origin) = request.Transaction.Stamp;
        var through = group.Positions.Through.GetValueOrDefault(origin);
        return !request.FromOriginal && request.Previous > through && version > through && origin != group.State.Self
            ? new CommitResult.Rejected(CommitRejection.Gap, $"{origin}'s transaction {request.Previous:R} is not here; it is known through {through:R}")
            : null;
    }

    /// <summary>Whether the stream promises all of the origin's changes in order, so that <c>through</c> may follow it.</summary>
    public static bool IsComplete(CommitGroup group, CommitRequest.Remote request)
    {
        var origin = request.Transaction.Stamp.Origin;
        if (!request.FromOriginal) return request.Previous is not { } previous || !double.IsNaN(previous);

        // An original's own changes, once it has stated a position; what it relays of others may have holes (rule 18).
        return request.Via == origin && (request.IssuerPosition > 0 || group.Positions.Cursors.ContainsKey(origin));
    }

    /// <summary>
    /// Not above <c>through</c>, and yet not surely here: own changes that a power loss took (rule 16), and an original's, whose log may show a commit
    /// after later ones. The rows' stamps decide.
    /// </summary>
    private static bool MayBeLost(CommitGroup group, Stamp stamp) =>
        stamp.Origin == group.State.Self
            ? stamp.Version <= group.Positions.Floor.GetValueOrDefault(stamp.Origin)
            : group.Positions.Cursors.ContainsKey(stamp.Origin);

    /// <summary>The same version came before through a narrower filter.</summary>
    private static bool MayBeLacking(CommitGroup group, Transaction transaction) =>
        group.Positions.Covers.TryGetValue(transaction.Stamp.Origin, out var covered) && transaction.Changes.Any(change => !covered.Allows(change.Table));

    private static CommitResult.Applied Known(CommitGroup group, CommitRequest.Remote request)
    {
        MoveCursor(group, request.Via, request.IssuerPosition);
        return new CommitResult.Applied(false);
    }

    private static CommitResult.Applied SetAside(CommitGroup group, CommitRequest.Remote request, string reason, double? releaseAt)
    {
        QuarantineResolution.SetAside(group, request.Transaction, request.Via, reason, releaseAt, IsComplete(group, request), request.Under);
        MoveCursor(group, request.Via, request.IssuerPosition);
        return new CommitResult.Applied(true);
    }
}
