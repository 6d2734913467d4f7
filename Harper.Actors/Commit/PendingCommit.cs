using Harper.Core.Commit;

namespace Harper.Actors.Commit;

/// <summary>A request that waits for the writer, and whoever waits for its result.</summary>
internal sealed class PendingCommit(CommitRequest request) : TaskCompletionSource<CommitResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public CommitRequest Request { get; } = request;

    public int Records { get; } = CountRecords(request);

    /// <summary>What it weighs in a group: its bytes and a little for itself, so that empty ones count too.</summary>
    public long Weight => Request.Bytes + 64;

    public static int CountRecords(CommitRequest request) => request switch
    {
        CommitRequest.Local local => local.Writes.Length,
        CommitRequest.Remote remote => remote.Transaction.Changes.Length,
        CommitRequest.CopyChunk chunk => chunk.Changes.Length,
        CommitRequest.MergeRows rows => rows.Changes.Length,
        CommitRequest.Quarantine quarantine => quarantine.Transaction.Changes.Length,
        CommitRequest.Evict evict => evict.MaxRows,
        CommitRequest.DeleteHere delete => delete.Rows.Length,
        _ => 1,
    };
}
