using System.Collections.Immutable;
using Harper.Core.Records;

namespace Harper.Core.Commit;

/// <summary>What became of a commit request; given only after the batch is durable.</summary>
public abstract record CommitResult
{
    /// <param name="Done">Per write of the request, in order: false = skipped (insert of a key that exists, update or delete of one that does not).</param>
    /// <param name="Stamp">The transaction's stamp; its version is also its log position (rule 11). Default when every write was skipped.</param>
    /// <param name="NewAttributes">Attributes that the writes added to their tables, as <c>table.attribute</c>.</param>
    public sealed record Written(Stamp Stamp, ImmutableArray<bool> Done, ImmutableArray<string> NewAttributes) : CommitResult;

    /// <param name="Changed">False: everything in it was known already.</param>
    public sealed record Applied(bool Changed) : CommitResult;

    /// <param name="Changed">False: the edits found everything as they want it.</param>
    public sealed record SchemaChanged(bool Changed) : CommitResult;

    /// <param name="Count">Rows, entries or transactions touched.</param>
    public sealed record Maintained(long Count) : CommitResult;

    public sealed record Rejected(CommitRejection Reason, string Message) : CommitResult;
}

public enum CommitRejection
{
    /// <summary>The waiting queue is at its bound: 503 with Retry-After.</summary>
    Overloaded,

    /// <summary>More than 100,000 records or 64 MiB: 413.</summary>
    TooLarge,

    NoSuchTable,
    TableExists,
    NoSuchAttribute,
    AttributeExists,
    InvalidSchema,

    /// <summary>The bytes of a record or key are not what they should be.</summary>
    Malformed,

    /// <summary>The origin's transaction before this one is not here: the session ends and resumes from <c>through</c> (rule 17).</summary>
    Gap,

    /// <summary>The store failed; the database stops.</summary>
    StoreFailed,

    /// <summary>The database is stopping.</summary>
    Stopping,
}
