using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;

namespace Harper.Core.Commit;

/// <summary>Sets aside what cannot be applied, and applies later what came too early by the clock (rule 24).</summary>
internal static class QuarantineResolution
{
    /// <summary>How many are released in one commit: others wait meanwhile.</summary>
    private const int MaxReleased = 1000;

    public static CommitResult Resolve(CommitGroup group, CommitRequest.Quarantine request)
    {
        var transaction = request.Transaction;
        var missing = request.BlobFiles is { Count: > 0 } files ? HeldBlobs.Take(group, request.Via, transaction.Stamp, files) : null;
        var reason = missing is null ? request.Reason : $"{request.Reason}; {missing}";
        if (request.Copied)
        {
            foreach (var change in transaction.Changes)
                SetCopiedAside(group, new CopiedChange(change, transaction.Stamp), request.Via, reason, request.ReleaseAt);
            return new CommitResult.Applied(true);
        }

        var remote = new CommitRequest.Remote(transaction, request.Previous, request.Via, request.FromOriginal, request.IssuerPosition);
        var complete = RemoteResolution.IsComplete(group, remote);
        if (complete && RemoteResolution.GapBefore(group, remote) is { } gap) return gap;
        SetAside(group, transaction, request.Via, reason, request.ReleaseAt, complete, request.Under, request.Kinds);
        RemoteResolution.MoveCursor(group, request.Via, request.IssuerPosition);
        return new CommitResult.Applied(true);
    }

    /// <summary>What was set aside at the source of a copy is set aside here, unless it came in a stream: then this node has decided about it already.</summary>
    public static CommitResult Resolve(CommitGroup group, CommitRequest.Held request)
    {
        var (entry, isCopied) = request.Transaction;
        var (version, origin) = entry.Transaction.Stamp;
        if (version <= group.Positions.Through.GetValueOrDefault(origin) && version > group.Positions.Floor.GetValueOrDefault(origin))
            return new CommitResult.Applied(false);
        Put(group, new StoredQuarantine(entry with { At = group.Now, Via = request.Via }, RemoteResolution.Unordered, isCopied),
            isCopied ? entry.Transaction.Changes[0].Key : null);
        return new CommitResult.Applied(true);
    }

    /// <summary>
    /// Keeps the transaction. What waits for its time is logged when it is released; what will not be applied stands in the log as stubs, so that its
    /// origin's changes have no hole for those who read them here. Nodes of ours get it as it came, where it can be told.
    /// </summary>
    public static void SetAside(
        CommitGroup group, Transaction transaction, NodeName via, string reason, double? releaseAt, bool complete, TableFilter? under, ImmutableArray<HeldKind> kinds = default)
    {
        var stamp = transaction.Stamp;
        var through = group.Positions.Through.GetValueOrDefault(stamp.Origin);
        var inOrder = complete && double.IsFinite(stamp.Version) && stamp.Version > through;
        var previous = inOrder ? through : RemoteResolution.Unordered;
        var isNew = Put(group, new StoredQuarantine(new QuarantinedTransaction(transaction, via, reason, group.Now, releaseAt), previous, false), null);
        var canBeTold = !kinds.IsDefault && transaction.Changes.All(change => IsKnown(group, change.Table));
        if (!inOrder)
        {
            // Without order nothing shows that it is in the log already, but that it was set aside before.
            if (isNew && canBeTold && releaseAt is null) group.Log(stamp, previous, transaction.User, Held(transaction, kinds));
            return;
        }

        if (releaseAt is null) group.Log(stamp, previous, transaction.User, canBeTold ? Held(transaction, kinds) : Stubs(group, transaction));
        else HoldBack(group, stamp.Origin, through);
        RemoteResolution.AdvanceThrough(group, stamp, under);
    }

    public static void SetCopiedAside(CommitGroup group, in CopiedChange copied, NodeName source, string reason, double? releaseAt)
    {
        var entry = new QuarantinedTransaction(
            new Transaction(copied.Stamp, null, [copied.Change]), source, $"a row of a copy: {reason}", group.Now, releaseAt);
        Put(group, new StoredQuarantine(entry, RemoteResolution.Unordered, true), copied.Change.Key);
    }

    /// <summary>Applies what has come of age, in version order. Once per group: the store does not know yet what the group has released.</summary>
    public static long Release(CommitGroup group)
    {
        var released = 0L;
        var next = double.PositiveInfinity;
        using var cursor = group.State.Store.Cursor(Family.Quarantine);
        for (cursor.Seek([]); cursor.Valid && !HeldBlobCodec.IsPiece(cursor.Key); cursor.Next())
        {
            var releaseAt = QuarantineCodec.ReadReleaseAt(cursor.Value);
            if (releaseAt > group.Now || released >= MaxReleased)
            {
                next = Math.Min(next, releaseAt);
                continue;
            }

            Release(group, cursor);
            released++;
        }

        group.State.Quarantine = group.State.Quarantine with { NextRelease = next };
        if (double.IsPositiveInfinity(next)) group.Positions = group.Positions with { HeldBack = ImmutableDictionary<NodeName, double>.Empty };
        return released;
    }

    private static void Release(CommitGroup group, IStoreCursor cursor)
    {
        var stored = QuarantineCodec.Read(cursor.Value);
        var savepoint = group.Save();
        try
        {
            Apply(group, stored);
            group.Batch.Delete(Family.Quarantine, cursor.Key);
            Count(group, -1, -cursor.Value.Length);
        }
        catch (Exception malformed) when (MalformedChange.Is(malformed))
        {
            // Its time has come and it still cannot be applied: it stays, and is not tried again.
            group.Restore(savepoint);
            var value = new ByteBuilder(1024);
            var reason = $"{stored.Entry.Reason}; then it could not be merged: {malformed.Message}";
            QuarantineCodec.Write(value, stored with { Entry = stored.Entry with { ReleaseAt = null, Reason = reason } });
            group.Batch.Put(Family.Quarantine, cursor.Key, value.Written);
        }

        group.Keep();
    }

    private static void Apply(CommitGroup group, StoredQuarantine stored)
    {
        var transaction = stored.Entry.Transaction;
        if (!stored.Copied)
        {
            RemoteResolution.Apply(group, transaction, stored.Previous);
            return;
        }

        foreach (var change in transaction.Changes) CopyResolution.Merge(group, new CopiedChange(change, transaction.Stamp));
    }

    /// <summary>Over the cap the bytes go, and what is left says which tables must be copied. False: it was there.</summary>
    private static bool Put(CommitGroup group, StoredQuarantine stored, Keys.RecordKey? copiedRow)
    {
        var key = new ByteBuilder(32);
        QuarantineCodec.WriteKey(key, stored.Entry.Transaction.Stamp, group.State.Origins, copiedRow);
        var value = new ByteBuilder(1024);
        QuarantineCodec.Write(value, stored);
        if (group.State.Quarantine.Bytes + value.Length > group.State.Settings.MaxQuarantineBytes)
            QuarantineCodec.Write(value.Clear(), WithoutBytes(stored));
        var old = new ByteBuilder(1024);
        var isNew = !group.State.Store.TryGet(Family.Quarantine, key.Written, old);
        if (!isNew) Count(group, -1, -old.Length);
        group.Batch.Put(Family.Quarantine, key.Written, value.Written);
        Count(group, 1, value.Length);
        if (stored.Entry.ReleaseAt < group.State.Quarantine.NextRelease)
            group.State.Quarantine = group.State.Quarantine with { NextRelease = stored.Entry.ReleaseAt.Value };
        return isNew;
    }

    private static StoredQuarantine WithoutBytes(StoredQuarantine stored)
    {
        var tables = string.Join(", ", stored.Entry.Transaction.Changes.Select(change => change.Table.Value).Distinct());
        var reason = $"{stored.Entry.Reason}; the quarantine is full, its bytes were dropped: these tables must be copied: {tables}";
        return stored with { Entry = stored.Entry with { Reason = reason, Transaction = stored.Entry.Transaction with { Changes = [] } } };
    }

    private static void HoldBack(CommitGroup group, NodeName origin, double before)
    {
        if (!group.Positions.HeldBack.ContainsKey(origin))
            group.Positions = group.Positions with { HeldBack = group.Positions.HeldBack.SetItem(origin, before) };
    }

    private static ImmutableArray<LoggedChange> Stubs(CommitGroup group, Transaction transaction) =>
        [.. transaction.Changes.Where(change => IsKnown(group, change.Table)).Select(change => TransactionChanges.Stub(change))];

    private static ImmutableArray<LoggedChange> Held(Transaction transaction, ImmutableArray<HeldKind> kinds) =>
        [.. transaction.Changes.Zip(kinds, (change, kind) => kind == HeldKind.None ? TransactionChanges.Stub(change) : new LoggedChange(change, false, kind))];

    private static bool IsKnown(CommitGroup group, TableName table) => group.State.Tables.ContainsKey(table) || group.State.Dropped.ContainsKey(table);

    public static void Count(CommitGroup group, int transactions, long bytes)
    {
        var before = group.State.Quarantine;
        group.State.Quarantine = before with { Transactions = before.Transactions + transactions, Bytes = before.Bytes + bytes };
        group.OnUndo(() => group.State.Quarantine = before);
    }
}
