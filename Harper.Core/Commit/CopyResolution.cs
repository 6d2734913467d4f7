using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;

namespace Harper.Core.Commit;

/// <summary>Rows of a base copy: merged by their true stamps, not logged (but for node records); the cursor commits with them (rules 9, 21, 22).</summary>
internal static class CopyResolution
{
    public static CommitResult Resolve(CommitGroup group, CommitRequest.CopyChunk request)
    {
        var changed = MergeAll(group, request.Changes, request.Cursor.Source);
        var isBehind = request.Cursor.Table is not null && group.Positions.Copy is { IsBehindClaim: true };
        group.Positions = group.Positions with { Copy = request.Cursor with { IsBehindClaim = isBehind } };
        return new CommitResult.Applied(changed > 0);
    }

    /// <summary>
    /// Whether losing this group to a power cut loses nothing: rows of a copy and the cursor that says how far it is go together, so the copy goes on from the cursor
    /// that is left, and its end, which is synced, syncs everything before it. Nothing of it is promised to anybody; what is logged, set aside, or changes
    /// who this node is, is no such group (rule 21).
    /// </summary>
    public static bool CanBeTakenAgain(CommitGroup group, IReadOnlyList<CommitRequest> requests)
    {
        if (group.Logged.Count > 0 || group.SchemaChanged || group.Positions.Incarnation != group.State.Positions.Incarnation) return false;
        foreach (var request in requests)
            if (request is not CommitRequest.CopyChunk)
                return false;
        return group.State.Quarantine == group.QuarantineBefore;
    }

    /// <summary>Rows that a comparison of digests found to differ (rule 28): no cursor moves, because nothing is promised about what was not compared.</summary>
    public static CommitResult Resolve(CommitGroup group, CommitRequest.MergeRows request)
    {
        foreach (ref readonly var copied in request.Changes.AsSpan()) MakeRoom(group, copied);
        return new CommitResult.Maintained(MergeAll(group, request.Changes, request.From, takeBack: true));
    }

    /// <summary>Of a table that was thinned here a peer's rows are taken only because an operator asks for them: what was deleted here alone comes back (R-NRP-10).</summary>
    private static void MakeRoom(CommitGroup group, in CopiedChange copied)
    {
        if (!group.State.Tables.TryGetValue(copied.Change.Table, out var table) || !table.Definition.IsThinned) return;
        var row = group.Find(table, copied.Change.Key);
        if (row.Current is not { Exists: false, ExpiresAt: not null } gone || copied.Stamp < gone.Latest) return;
        var isOver = (copied.Change.ExpiresAt ?? copied.Stamp.Version + table.ExpirationMs) <= group.Now;
        if (!isOver) group.Replace(row, null);
    }

    private static long MergeAll(CommitGroup group, ImmutableArray<CopiedChange> changes, NodeName source, bool takeBack = false)
    {
        var changed = 0L;
        var newest = new Dictionary<NodeName, double>();
        foreach (ref readonly var copied in changes.AsSpan())
        {
            if (copied.Stamp.Version > group.Now + group.State.Settings.MaxClockAheadMs)
            {
                QuarantineResolution.SetCopiedAside(
                    group, copied, source, "its version is ahead of this node's clock", copied.Stamp.Version - group.State.Settings.MaxClockAheadMs);
                continue;
            }

            try
            {
                if (Merge(group, copied)) changed++;
                if (group.State.Tables.TryGetValue(copied.Change.Table, out var table) && table.Definition.Replicate == false) continue;
                newest[copied.Stamp.Origin] = Math.Max(newest.GetValueOrDefault(copied.Stamp.Origin), copied.Stamp.Version);
            }
            catch (Exception malformed) when (MalformedChange.Is(malformed))
            {
                QuarantineResolution.SetCopiedAside(group, copied, source, $"it cannot be merged: {malformed.Message}", null);
            }
        }

        foreach (var (origin, version) in newest) RemoteResolution.Saw(group, new Stamp(version, origin));

        // Own changes that no vector speaks of any more: only rows have them, and others may miss them too (rule 16).
        if (newest.TryGetValue(group.State.Self, out var own) && own > PeerMarks.Known(group.Positions, group.State.Self))
        {
            PositionResolution.Raise(group, new CommitRequest.OwnWritesAhead(own, null) { Claimant = source });
            if (takeBack) PositionResolution.TakeBack(group);
        }

        return changed;
    }

    public static bool Merge(CommitGroup group, in CopiedChange copied)
    {
        if (TableChanges.FindOrMake(group, copied.Change.Table) is not { } table) return false;
        ImmutableArray<string>.Builder? added = null;
        DynamicAttributes.Add(group, table, copied.Change, ref added);
        var changed = group.Apply(group.Find(table, copied.Change.Key), copied.Change, copied.Stamp);
        group.State.Records++;

        // Node records are few and everybody must hear of them: originals take no copy from us after their first, so the log has them too.
        if (changed && group.State.Name.IsSystem)
            group.Log(copied.Stamp, RemoteResolution.Unordered, null, [new LoggedChange(copied.Change, false)]);

        // The clock never stands behind a version that was taken in (rule 8).
        group.Head = Math.Max(group.Head, copied.Stamp.Version);
        return changed;
    }

    public static CommitResult Resolve(CommitGroup group, CommitRequest.CopyComplete request)
    {
        var cursor = request.Cursor;
        var self = group.State.Self;

        if (cursor.IsPartial) return OfAddedTables(group, request);

        // What a peer said that it has meanwhile, only a copy that begins after that brings.
        var isBehind = group.Positions.Copy is { IsBehindClaim: true };

        // What was lost comes back after others were told that this was all there is: they hear anew.
        var late = !isBehind && PeerMarks.HasLostOf(group.Positions, cursor.Source) && !PeerMarks.RecoversOwn(group.Positions, self);
        var positions = group.Positions with { Copy = null, HasHistory = true };
        foreach (var (origin, version) in cursor.Vector) positions = Raise(group, Covering(group, positions, cursor, origin, version), origin, version);

        // An original states where its log stood, and nothing of other origins.
        var isOriginal = cursor.SourceIncarnation == Guid.Empty;
        if (isOriginal) positions = Covering(group, positions, cursor, cursor.Source, Math.Max(cursor.StartPosition, positions.Through.GetValueOrDefault(cursor.Source)));
        if (isOriginal && cursor.StartPosition > 0) positions = Raise(group, positions, cursor.Source, cursor.StartPosition);
        if (!isOriginal && !(isBehind && PeerMarks.HasLostOf(positions, cursor.Source))) positions = positions with { PeerIncarnations = positions.PeerIncarnations.SetItem(cursor.Source, cursor.SourceIncarnation) };

        // Own changes that were lost here are as complete as they will ever be: whoever was reached has given them back (rule 16).
        if (late) positions = positions with { Incarnation = group.State.NewGuid() };
        if (!isBehind && positions.Floor.TryGetValue(self, out var lost) && lost > positions.Through.GetValueOrDefault(self))
            positions = positions with { Through = positions.Through.SetItem(self, lost) };
        // What an earlier copy still lacks, one from elsewhere need not have brought.
        var earlier = positions.Rest is { } lacking && lacking.Source != cursor.Source && !lacking.IsReachedBy(positions.Through, self) ? lacking : null;
        positions = positions with { Rest = request.Rest is { } rest && !rest.IsReachedBy(positions.Through, self) ? rest : earlier };
        // A copy of everything fills in what an earlier one left out.
        group.Positions = positions with { Since = cursor.Since, Taken = PositionResolution.Restricted(positions.Taken, cursor.Source, cursor.Filter) };
        RemoteResolution.MoveCursor(group, cursor.Source, request.IssuerPosition);
        return new CommitResult.Applied(true);
    }

    /// <summary>Only the added tables are as of the copy's vector: the stream goes on from where the others stand (rule 20).</summary>
    private static CommitResult.Applied OfAddedTables(CommitGroup group, CommitRequest.CopyComplete request)
    {
        var cursor = request.Cursor;
        var positions = group.Positions with { Copy = null, Taken = PositionResolution.Restricted(group.Positions.Taken, cursor.Source, cursor.Filter) };
        foreach (var (origin, version) in cursor.Vector) positions = Covering(group, positions, cursor, origin, version);
        group.Positions = positions with { Rest = request.Rest is { } rest && !rest.IsReachedBy(positions.Through, group.State.Self) ? rest : null };
        return new CommitResult.Applied(true);
    }

    private static ReplicationPositions Covering(CommitGroup group, ReplicationPositions positions, CopyCursor cursor, NodeName origin, double version) =>
        origin == group.State.Self ? CoverResolution.OwnAfterCopy(group, positions, cursor, version) : CoverResolution.AfterCopy(group, positions, cursor, origin, version);

    /// <summary>What the copy brought beyond what the log has is not in the log: the floor says so (rule 13).</summary>
    private static ReplicationPositions Raise(CommitGroup group, ReplicationPositions positions, NodeName origin, double version)
    {
        if (positions.Through.GetValueOrDefault(origin) >= version) return positions;

        // Whoever says that it stands in the far future does not carry this clock away (rule 8).
        group.Head = Math.Max(group.Head, Math.Min(version, group.Now + group.State.Settings.MaxClockAheadMs));
        return positions with
        {
            Through = positions.Through.SetItem(origin, version),
            Floor = positions.Floor.SetItem(origin, Math.Max(version, positions.Floor.GetValueOrDefault(origin))),
        };
    }
}
