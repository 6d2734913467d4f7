using System.Collections.Concurrent;
using System.Collections.Frozen;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;

namespace Harper.Core.Commit;

/// <summary>
/// What the committer knows of its database between commits. Only the committer touches it, except for the tables by id and the origins, which
/// readers use to decode what the store holds.
/// </summary>
internal sealed class DatabaseState(DatabaseName name, NodeName self, IOrderedStore store, EngineSettings settings, Func<Guid> newGuid)
{
    public DatabaseName Name { get; } = name;

    public NodeName Self { get; } = self;

    public IOrderedStore Store { get; } = store;

    public EngineSettings Settings { get; } = settings;

    public Func<Guid> NewGuid { get; } = newGuid;

    public OriginTable Origins { get; } = new();

    /// <summary>Tables that live.</summary>
    public Dictionary<TableName, TableState> Tables { get; } = [];

    /// <summary>Names that were dropped, with the table that bore them last: peers do not bring them back (R-NRP-05).</summary>
    public Dictionary<TableName, TableState> Dropped { get; } = [];

    /// <summary>All tables that ever were, while the log may speak of them.</summary>
    public ConcurrentDictionary<int, TableState> ById { get; } = new();

    public int LastTableId { get; set; }

    public ReplicationPositions Positions { get; set; } = new() { Incarnation = Guid.Empty, Head = 0 };

    public OwnWriteClaims OwnWriteClaims { get; set; } = OwnWriteClaims.None;

    public long LogBytes { get; set; }

    public QuarantineFigures Quarantine { get; set; } = new(0, 0, double.PositiveInfinity);

    /// <summary>Entries of positions that could not be read when the database was opened: what they spoke of is fetched again.</summary>
    public long UnreadablePositions { get; set; }

    public long Commits { get; set; }

    public long Records { get; set; }

    public DatabaseCatalog Catalog() => new(Name, Tables.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Definition))
    {
        Dropped = Dropped.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Definition),
    };

    public LogTable LogTable(int id) =>
        ById.TryGetValue(id, out var table) ? table.InLog : throw new StoreException(StoreFault.Corrupt, $"the log speaks of table {id}, which is not in the store");
}

/// <summary>How much is set aside, and when the next of it may be released.</summary>
internal readonly record struct QuarantineFigures(long Transactions, long Bytes, double NextRelease);
