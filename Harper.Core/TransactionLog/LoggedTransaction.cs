using System.Collections.Immutable;
using Harper.Core.Records;
using Harper.Core.Transactions;

namespace Harper.Core.TransactionLog;

/// <summary>One entry of the transaction log: a transaction as it was committed here.</summary>
/// <param name="Position">Place in this log: strictly increasing, never below the version (rule 11).</param>
/// <param name="Previous">Version of the same origin's transaction before this one, 0 when it is the first (rule 17); NaN when it came by a way that
/// promises no completeness (an original's relay): nothing follows from it for <c>through</c>, duplicates are found by the rows.</param>
/// <param name="Changes">Changes that changed nothing here are stubs: kind and key without value (rule 9).</param>
public sealed record LoggedTransaction(
    double Position, Stamp Stamp, double Previous, string? User, ImmutableArray<LoggedChange> Changes)
{
    /// <summary>Encoded size in the log.</summary>
    public int Bytes { get; init; }
}

/// <summary>One change in the log. A stub says that the change arrived and lost; it is relayed as such, so that origins stay gap-free.</summary>
/// <param name="Held">Anything but none: it was set aside and changed nothing here.</param>
public readonly record struct LoggedChange(Change Change, bool IsStub, HeldKind Held = HeldKind.None)
{
    /// <summary>It changed a row of this node.</summary>
    public bool IsApplied => !IsStub && Held == HeldKind.None;
}

/// <summary>A stretch of the log.</summary>
/// <param name="Transactions">In position order.</param>
/// <param name="ReadThrough">Position up to which the log was read; the next read starts after it.</param>
public sealed record LogStretch(ImmutableArray<LoggedTransaction> Transactions, double ReadThrough)
{
    public static readonly LogStretch Empty = new([], 0);
}
