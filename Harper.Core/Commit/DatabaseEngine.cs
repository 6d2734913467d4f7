using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.TransactionLog;

namespace Harper.Core.Commit;

/// <summary>
/// The engine of one database over its store, which it owns. One thread commits; what readers see is published only when the batch is durable. A
/// store that fails once ends it: what is on disk then is for the next opening to say.
/// </summary>
public sealed class DatabaseEngine : IDatabaseEngine
{
    private readonly DatabaseState _state;
    private readonly GroupSealing _sealing = new();
    private readonly CommitScratch _scratch = new();
    private readonly LogScan _log;

    /// <summary>Held while something is removed and while a view opens, so that no view pairs the catalog of before with the store of after.</summary>
    private readonly Lock _removing = new();
    private volatile DatabaseCatalog _catalog;
    private volatile ReplicationPositions _positions;
    private volatile EngineStatistics _statistics;
    private volatile StoreException? _failed;

    private DatabaseEngine(DatabaseState state)
    {
        _state = state;
        _log = new LogScan(state);
        _catalog = state.Catalog();
        _positions = state.Positions;
        _statistics = Measure(allTables: true);
    }

    public DatabaseName Name => _state.Name;

    public DatabaseCatalog Catalog => _catalog;

    public ReplicationPositions Positions => _positions;

    public EngineStatistics Statistics => _statistics with
    {
        Bytes = Enum.GetValues<Family>().Sum(_state.Store.ApproximateBytes),
        RowBytes = _state.Store.ApproximateBytes(Family.Rows),
    };

    /// <summary>Opens the database that the store holds, or makes a new one in an empty store.</summary>
    /// <param name="self">This node: the origin of local writes.</param>
    /// <param name="now">Wall clock, milliseconds since 1970.</param>
    /// <param name="newGuid">Chance, for incarnations.</param>
    public static DatabaseEngine Open(IOrderedStore store, DatabaseName name, NodeName self, EngineSettings settings, double now, Func<Guid> newGuid)
    {
        var state = new DatabaseState(name, self, store, settings, newGuid);
        DatabaseLoading.Load(state);
        return new DatabaseEngine(state);
    }

    public CommitOutcome Commit(IReadOnlyList<CommitRequest> group, double now)
    {
        if (_failed is { } failed) throw new StoreException(failed.Fault, $"the database stopped when its store failed: {failed.Message}", failed);
        try
        {
            return Write(group, now);
        }
        catch (StoreException exception)
        {
            _failed = exception;
            throw;
        }
    }

    public IReadView OpenView(double now)
    {
        lock (_removing) return new ReadView(_state, _catalog, _state.Store.Snapshot(), _statistics, now);
    }

    public LogStretch ReadLog(double after, int maxBytes) => _log.Read(after, _positions.Head, maxBytes);

    public LogStretch ReadLogBackwards(double before, int maxBytes) => _log.ReadBackwards(before, _positions.Head, maxBytes);

    public ImmutableArray<QuarantinedTransaction> ReadQuarantine(int max)
    {
        var found = ImmutableArray.CreateBuilder<QuarantinedTransaction>();
        using var cursor = _state.Store.Cursor(Family.Quarantine);
        for (cursor.Seek([]); cursor.Valid && found.Count < max && !HeldBlobCodec.IsPiece(cursor.Key); cursor.Next()) found.Add(QuarantineCodec.Read(cursor.Value).Entry);
        return found.DrainToImmutable();
    }

    public void Dispose() => _state.Store.Dispose();

    private CommitOutcome Write(IReadOnlyList<CommitRequest> requests, double now)
    {
        using var group = new CommitGroup(_state, _scratch, now);
        GroupResolution.ReleaseDue(group);
        var results = ImmutableArray.CreateBuilder<CommitResult>(requests.Count);
        foreach (var request in requests) results.Add(GroupResolution.Resolve(group, request));
        var positions = _sealing.Seal(group);
        if (group.Removes)
        {
            lock (_removing) WriteAndPublish(group, positions, sync: true);
        }
        else WriteAndPublish(group, positions, sync: !CopyResolution.CanBeTakenAgain(group, requests));
        return new CommitOutcome(results.MoveToImmutable(), [.. group.Logged], group.SchemaChanged);
    }

    private void WriteAndPublish(CommitGroup group, ReplicationPositions positions, bool sync)
    {
        // Duplicates alone change nothing, and cost no sync.
        if (group.Batch.Bytes > 0) _state.Store.Write(group.Batch, sync && _state.Settings.Sync);
        _state.Positions = positions;
        _state.Commits++;
        if (group.SchemaChanged) _catalog = _state.Catalog();
        _positions = positions;
        _statistics = Measure(group.SchemaChanged);
    }

    private EngineStatistics Measure(bool allTables)
    {
        var rows = allTables ? _state.Tables.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Rows)
            : _statistics.Rows.SetItems(_sealing.Moved.Where(table => !table.IsDropped).Select(table => KeyValuePair.Create(table.Name, table.Rows)));
        return new EngineStatistics(_state.Commits, _state.Records, _state.LogBytes, _state.Quarantine.Transactions, _state.Quarantine.Bytes, rows)
        {
            UnreadablePositions = _state.UnreadablePositions,
        };
    }
}
