using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;

namespace Harper.Core.Sessions;

/// <summary>What of a blob's content has come.</summary>
public readonly record struct BlobProgress(long Bytes, bool IsFinished);

/// <summary>A transaction of an original that is set aside once the content of its blobs is here.</summary>
public sealed record AwaitingBlobs(ReceivedTransaction Transaction, ImmutableArray<string> Files, bool IsCopied, long Bytes, double Since);

/// <summary>
/// Blobs of originals (W 8.1). Content comes before or after the record, among other data, and goes to the disk as it comes. The record waits for it, everything else goes on;
/// nothing is confirmed past a record that waits, so that the original sends both again to whoever was killed meanwhile.
/// </summary>
internal static class ReceivingBlobs
{
    private const int MaxBlobs = 1024;
    private const int MaxAwaiting = 1000;
    private const long MaxAwaitingBytes = 8L << 20;

    public static void OnChunk(ReceivingSteps step, ControlFrame.BlobChunk chunk)
    {
        var state = step.State;
        var bytes = chunk.Bytes.Length;
        if (state.IsOurs || !TryBegin(step, chunk.FileId))
        {
            step.Apply(null, null, bytes);
            return;
        }

        // What an earlier connection began is sent again from its beginning.
        if (state.BlobAt == 0) step.Apply(new CommitRequest.DropLooseBlobs(state.Context.Peer), null);
        var blobs = step.State.Blobs;
        var known = blobs.GetValueOrDefault(chunk.FileId);
        if (known.IsFinished) known = default;
        var piece = new BlobPiece(chunk.FileId, known.Bytes, chunk.Finished, chunk.Error, chunk.Bytes);
        step.State = step.State with
        {
            Blobs = blobs.SetItem(chunk.FileId, new BlobProgress(known.Bytes + bytes, chunk.Finished)), BlobAt = step.Moment.Now, ProgressAt = step.Moment.Now,
        };
        step.Apply(new CommitRequest.LooseBlob(state.Context.Peer, piece), null, bytes);
        if (!chunk.Finished) return;
        foreach (var waiting in step.State.Awaiting.Where(waiting => waiting.Files.Contains(chunk.FileId)))
            if (HaveCome(step.State, waiting.Files)) SetAside(step, waiting);
    }

    /// <summary>True: the transaction waits for content of its blobs. Its bytes are given back, so that what it waits for can come.</summary>
    public static bool Await(ReceivingSteps step, ReceivedTransaction transaction, bool isCopied, long bytes)
    {
        if (step.State.IsOurs) return false;
        var files = FilesOf(transaction);
        if (files.IsEmpty || HaveCome(step.State, files)) return false;
        var size = transaction.Changes.Sum(change => (long)change.Raw.Length + change.Change.Value.Values.Length);
        var waiting = new AwaitingBlobs(transaction, files, isCopied, size, step.Moment.Now);
        step.State = step.State with { Awaiting = step.State.Awaiting.Add(waiting) };
        if (bytes > 0) step.Apply(null, null, bytes);

        // Whoever fills this is not waited for any longer.
        while (step.State.Awaiting.Count > MaxAwaiting || step.State.Awaiting.Sum(each => each.Bytes) > MaxAwaitingBytes) SetAside(step, step.State.Awaiting[0]);
        return true;
    }

    /// <summary>The position as it may be stored and confirmed now: not while anything before it waits.</summary>
    public static double? Reached(ReceivingSteps step, double? position)
    {
        if (step.State.Awaiting.IsEmpty || position is null) return position;
        step.State = step.State with { Withheld = Math.Max(position.Value, step.State.Withheld ?? 0) };
        return null;
    }

    public static void OnTick(ReceivingSteps step)
    {
        var deadline = step.Moment.Now - step.Context.Deadlines.Blobs;
        if (step.State.BlobAt > deadline) return;
        foreach (var waiting in step.State.Awaiting.Where(waiting => waiting.Since < deadline)) SetAside(step, waiting);
    }

    /// <summary>The files of a transaction's blobs. What came of them is spoken for.</summary>
    public static IReadOnlyList<string>? Claim(ReceivingSteps step, ReceivedTransaction transaction)
    {
        if (step.State.IsOurs || FilesOf(transaction) is not { IsEmpty: false } files) return null;
        step.State = step.State with { Blobs = step.State.Blobs.RemoveRange(files) };
        return files;
    }

    private static void SetAside(ReceivingSteps step, AwaitingBlobs waiting)
    {
        step.State = step.State with { Awaiting = step.State.Awaiting.Remove(waiting) };
        var withheld = step.State.Awaiting.IsEmpty ? step.State.Withheld : null;
        if (withheld is not null) step.State = step.State with { Withheld = null };
        var files = Claim(step, waiting.Transaction);
        var request = Intake.SetAside(step.Context, waiting.Transaction, withheld, isOurs: false, waiting.IsCopied) with { BlobFiles = files };
        step.Apply(request, withheld);
        if (waiting.IsCopied && withheld is { } position) step.Apply(new CommitRequest.Positions([new PositionUpdate.Cursor(step.Context.Peer, position)]), null);
    }

    private static bool TryBegin(ReceivingSteps step, string file)
    {
        var blobs = step.State.Blobs;
        if (file.Length > Wire.Records.BlobReference.MaxFileBytes) return false;
        if (blobs.Count < MaxBlobs || blobs.ContainsKey(file)) return true;

        // Content that no record has spoken of for so long.
        step.State = step.State with { Blobs = blobs.RemoveRange(blobs.Where(blob => blob.Value.IsFinished).Select(blob => blob.Key)) };
        return step.State.Blobs.Count < MaxBlobs;
    }

    private static bool HaveCome(ReceivingState state, ImmutableArray<string> files) =>
        files.All(file => state.Blobs.TryGetValue(file, out var blob) && blob.IsFinished);

    private static ImmutableArray<string> FilesOf(ReceivedTransaction transaction)
    {
        ImmutableArray<string> files = [];
        foreach (ref readonly var change in transaction.Changes.AsSpan())
            if (change.BlobFiles is { } named) files = [.. files, .. named];
        return files.Length > 1 ? [.. files.Distinct()] : files;
    }
}
