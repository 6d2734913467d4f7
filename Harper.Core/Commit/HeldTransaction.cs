namespace Harper.Core.Commit;

/// <summary>A transaction that was set aside at a source, as a copy brings it: unchanged, with the reason that it was set aside for (rule 24).</summary>
/// <param name="IsCopied">It is a row that a copy brought there: nothing follows from it for the log.</param>
public sealed record HeldTransaction(QuarantinedTransaction Entry, bool IsCopied);

/// <summary>A piece of a blob's content. Pieces follow each other without a gap, from 0 to the last.</summary>
/// <param name="File">The id under which the record speaks of the blob.</param>
/// <param name="Error">With the last: why its sender could not send it whole.</param>
public sealed record BlobPiece(string File, long Offset, bool IsLast, string? Error, ReadOnlyMemory<byte> Content)
{
    /// <summary>The transaction that speaks of it; default while that is not known.</summary>
    public Records.Stamp Of { get; init; }
}
