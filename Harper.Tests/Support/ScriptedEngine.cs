using System.Collections.Frozen;
using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;

namespace Harper.Tests.Support;

/// <summary>An engine that remembers what it was given, can be held in the middle of a commit, and fails on demand. For what surrounds engines.</summary>
internal sealed class ScriptedEngine(DatabaseName name) : IDatabaseEngine
{
    private readonly Lock _gate = new();
    private readonly List<LoggedTransaction> _log = [];
    private readonly SemaphoreSlim _entered = new(0);
    private ManualResetEventSlim? _hold;

    public List<IReadOnlyList<CommitRequest>> Groups { get; } = [];

    /// <summary>Who made each commit, in the order of <see cref="Groups"/>.</summary>
    public List<Thread> Threads { get; } = [];

    public string? FailWith { get; set; }

    public bool Disposed { get; private set; }

    public DatabaseName Name => name;

    public DatabaseCatalog Catalog { get; private set; } = new(name, FrozenDictionary<TableName, TableDefinition>.Empty);

    public ReplicationPositions Positions { get; set; } = new() { Incarnation = Guid.NewGuid(), Head = 0 };

    public EngineStatistics Statistics => new(Groups.Count, 0, 0, 0, 0, ImmutableDictionary<TableName, long>.Empty);

    /// <summary>From now on a commit waits inside the engine until the gate is set.</summary>
    public ManualResetEventSlim Hold() => _hold = new ManualResetEventSlim();

    /// <summary>Completes when a commit has entered the engine.</summary>
    public async Task EnteredAsync() => Xunit.Assert.True(await _entered.WaitAsync(Wait.Deadline), "no commit enters the engine");

    public CommitOutcome Commit(IReadOnlyList<CommitRequest> group, double now)
    {
        var copy = group.ToArray();
        lock (_gate)
        {
            Groups.Add(copy);
            Threads.Add(Thread.CurrentThread);
        }
        _entered.Release();
        _hold?.Wait(Wait.Deadline);
        if (FailWith is { } reason) throw new IOException(reason);
        var before = Catalog;
        var logged = ImmutableArray.CreateBuilder<LoggedTransaction>();
        var results = ImmutableArray.CreateBuilder<CommitResult>();
        foreach (var request in copy) results.Add(Run(request, logged));
        lock (_gate) _log.AddRange(logged);
        return new CommitOutcome(results.ToImmutable(), logged.ToImmutable(), !ReferenceEquals(before, Catalog));
    }

    public IReadView OpenView(double now) => new NothingToRead(Catalog, now);

    public LogStretch ReadLog(double after, int maxBytes)
    {
        lock (_gate) return new LogStretch([.. _log.Where(entry => entry.Position > after)], Math.Max(after, Positions.Head));
    }

    public LogStretch ReadLogBackwards(double before, int maxBytes) => LogStretch.Empty;

    public ImmutableArray<QuarantinedTransaction> ReadQuarantine(int max) => [];

    public void Dispose() => Disposed = true;

    private CommitResult Run(CommitRequest request, ImmutableArray<LoggedTransaction>.Builder logged)
    {
        if (request is CommitRequest.Schema schema)
        {
            foreach (var edit in schema.Edits) Apply(edit);
            return new CommitResult.SchemaChanged(true);
        }
        if (request is CommitRequest.TrimLog trim)
        {
            lock (_gate) return new CommitResult.Maintained(_log.RemoveAll(entry => entry.Position <= trim.UpTo));
        }
        if (request is not CommitRequest.Local local) return new CommitResult.Maintained(0);
        Positions = Positions with { Head = Positions.Head + 1 };
        var stamp = new Stamp(Positions.Head, new NodeName("self"));
        logged.Add(new LoggedTransaction(Positions.Head, stamp, Positions.Head - 1, local.User, []) { Bytes = (int)request.Bytes });
        return new CommitResult.Written(stamp, [.. local.Writes.Select(_ => true)], []);
    }

    private void Apply(SchemaEdit edit)
    {
        var tables = Catalog.Tables.ToDictionary();
        if (edit is SchemaEdit.DropTable drop) tables.Remove(drop.Table);
        var spec = edit switch { SchemaEdit.CreateTable create => create.Table, SchemaEdit.EnsureTable ensure => ensure.Table, _ => null };
        if (spec is not null)
        {
            tables[spec.Name] = new TableDefinition
            {
                Id = tables.Count + 1, Name = spec.Name, PrimaryKey = spec.PrimaryKey, Attributes = spec.Attributes, Incarnation = Guid.NewGuid(),
                ExpirationSeconds = spec.ExpirationSeconds,
            };
        }
        Catalog = new DatabaseCatalog(name, tables.ToFrozenDictionary());
    }
}
