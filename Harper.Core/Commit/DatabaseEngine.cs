using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.TransactionLog;

namespace Harper.Core.Commit;

/// <summary>The engine of one database over its store. It owns the store.</summary>
public sealed class DatabaseEngine : IDatabaseEngine
{
    /// <summary>Opens the database that the store holds, or makes a new one in an empty store.</summary>
    /// <param name="self">This node: the origin of local writes.</param>
    /// <param name="now">Wall clock, milliseconds since 1970.</param>
    /// <param name="newGuid">Chance, for incarnations.</param>
    public static DatabaseEngine Open(IOrderedStore store, DatabaseName name, NodeName self, EngineSettings settings, double now, Func<Guid> newGuid) =>
        throw new NotSupportedException("the engine is being built");

    public DatabaseName Name => throw new NotSupportedException();
    public DatabaseCatalog Catalog => throw new NotSupportedException();
    public ReplicationPositions Positions => throw new NotSupportedException();
    public EngineStatistics Statistics => throw new NotSupportedException();
    public CommitOutcome Commit(IReadOnlyList<CommitRequest> group, double now) => throw new NotSupportedException();
    public IReadView OpenView(double now) => throw new NotSupportedException();
    public LogStretch ReadLog(double after, int maxBytes) => throw new NotSupportedException();
    public LogStretch ReadLogBackwards(double before, int maxBytes) => throw new NotSupportedException();
    public ImmutableArray<QuarantinedTransaction> ReadQuarantine(int max) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
