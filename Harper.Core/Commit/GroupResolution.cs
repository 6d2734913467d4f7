namespace Harper.Core.Commit;

/// <summary>Resolves the requests of a group one after the other; each is whole or leaves nothing.</summary>
internal static class GroupResolution
{
    public static CommitResult Resolve(CommitGroup group, CommitRequest request)
    {
        var savepoint = group.Save();
        CommitResult result;
        try
        {
            result = Dispatch(group, request);
        }
        catch (Exception malformed) when (MalformedChange.Is(malformed))
        {
            group.Restore(savepoint);
            result = Refuse(group, request, malformed);
        }

        if (result is CommitResult.Rejected) group.Restore(savepoint);
        else group.Keep();
        return result;
    }

    /// <summary>What came too early by the clock and is due comes before whatever else this group holds (rule 24).</summary>
    public static void ReleaseDue(CommitGroup group)
    {
        if (group.State.Quarantine.NextRelease > group.Now) return;
        group.Released = QuarantineResolution.Release(group);
        group.Keep();
    }

    private static CommitResult Dispatch(CommitGroup group, CommitRequest request) => request switch
    {
        CommitRequest.Local local => LocalResolution.Resolve(group, local),
        CommitRequest.Remote remote => RemoteResolution.Resolve(group, remote),
        CommitRequest.CopyChunk chunk => CopyResolution.Resolve(group, chunk),
        CommitRequest.MergeRows rows => CopyResolution.Resolve(group, rows),
        CommitRequest.CopyComplete complete => CopyResolution.Resolve(group, complete),
        CommitRequest.Positions positions => PositionResolution.Resolve(group, positions),
        CommitRequest.Quarantine quarantine => QuarantineResolution.Resolve(group, quarantine),
        CommitRequest.LooseBlob blob => HeldBlobs.KeepLoose(group, blob.Via, blob.Piece),
        CommitRequest.DropLooseBlobs drop => HeldBlobs.DropLoose(group, drop.Via),
        CommitRequest.HeldBlob blob => HeldBlobs.Keep(group, blob.Piece),
        CommitRequest.Held held => QuarantineResolution.Resolve(group, held),
        CommitRequest.Schema schema => SchemaResolution.Resolve(group, schema),
        CommitRequest.OwnWritesAhead ahead => PositionResolution.Raise(group, ahead),
        CommitRequest.OwnWritesBack => PositionResolution.TakeBack(group),
        CommitRequest.ForgetPeer forget => PositionResolution.Forget(group, forget.Peer),
        CommitRequest.TrimLog trim => MaintenanceResolution.Trim(group, trim),
        CommitRequest.Settle settle => MaintenanceResolution.Settle(group, settle),
        CommitRequest.Evict evict => MaintenanceResolution.Evict(group, evict),
        CommitRequest.DeleteHere delete => MaintenanceResolution.DeleteHere(group, delete),
        CommitRequest.ReleaseQuarantine => new CommitResult.Maintained(group.Released),
        _ => throw new NotSupportedException($"no such commit request: {request.GetType().Name}"),
    };

    /// <summary>A peer's bytes that cannot be merged are kept aside and the stream goes on; a client is told.</summary>
    private static CommitResult Refuse(CommitGroup group, CommitRequest request, Exception malformed)
    {
        if (request is not CommitRequest.Remote remote)
            return new CommitResult.Rejected(CommitRejection.Malformed, $"The record cannot be read: {malformed.Message}");
        return QuarantineResolution.Resolve(group, new CommitRequest.Quarantine(
            remote.Transaction, remote.Via, $"it cannot be merged: {malformed.Message}", remote.IssuerPosition, null)
        {
            Previous = remote.Previous, FromOriginal = remote.FromOriginal,
        });
    }
}
