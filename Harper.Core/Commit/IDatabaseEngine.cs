using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;

namespace Harper.Core.Commit;

/// <summary>
/// One open database: synchronous and deterministic over its store, time passed in. Commit is called by one thread at a time (the
/// commit actor); everything else may be called by any thread at any moment. The snapshots it publishes are immutable.
/// </summary>
public interface IDatabaseEngine : IDisposable
{
    DatabaseName Name { get; }

    /// <summary>The schema as of the last durable commit.</summary>
    DatabaseCatalog Catalog { get; }

    /// <summary>Where this database stands as of the last durable commit.</summary>
    ReplicationPositions Positions { get; }

    EngineStatistics Statistics { get; }

    /// <summary>
    /// Resolves the group in order, each request seeing those before it, writes one batch, syncs it once (unless durability is async), and only then
    /// publishes catalog and positions and answers: one result per request. Throws only when the store fails.
    /// </summary>
    /// <param name="now">Wall clock, milliseconds since 1970.</param>
    CommitOutcome Commit(IReadOnlyList<CommitRequest> group, double now);

    IReadView OpenView(double now);

    /// <summary>Reads the log strictly after a position, up to a number of bytes (at least one transaction when there is any).</summary>
    LogStretch ReadLog(double after, int maxBytes);

    /// <summary>
    /// Reads the log backwards, newest first, strictly before a position (infinity: from its end); <see cref="LogStretch.ReadThrough"/> is where the
    /// next read goes on, 0 at the log's beginning. For the audit log operations.
    /// </summary>
    LogStretch ReadLogBackwards(double before, int maxBytes);

    /// <summary>Transactions that were set aside, oldest first (rule 24).</summary>
    ImmutableArray<QuarantinedTransaction> ReadQuarantine(int max);
}

/// <summary>What a commit group did: results in request order, and what the tail of the log now holds beyond what it held.</summary>
/// <param name="Logged">The transactions that were logged, in position order: for the in-memory tail.</param>
/// <param name="SchemaChanged">The catalog is another one than before.</param>
public sealed record CommitOutcome(
    ImmutableArray<CommitResult> Results, ImmutableArray<LoggedTransaction> Logged, bool SchemaChanged);

/// <param name="LogBytes">Encoded bytes in the log, approximately.</param>
/// <param name="Rows">Rows per table, approximately.</param>
public sealed record EngineStatistics(
    long Commits, long Records, long LogBytes, long QuarantinedTransactions, long QuarantinedBytes, ImmutableDictionary<TableName, long> Rows)
{
    /// <summary>Bytes of the whole store, approximately.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of the rows of all tables, approximately.</summary>
    public long RowBytes { get; init; }

    /// <summary>Positions that could not be read when the database was opened; what they spoke of is fetched again (rule 14: alarm).</summary>
    public long UnreadablePositions { get; init; }
}

public sealed record QuarantinedTransaction(
    Transactions.Transaction Transaction, NodeName Via, string Reason, double At, double? ReleaseAt);
