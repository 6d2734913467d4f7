using Akka.Actor;
using Akka.Event;
using Harper.Actors.Node;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Core.Commit;
using Harper.Core.Schema;

namespace Harper.Actors.Tables;

/// <summary>
/// ② A table: its definition as of the last commit, its statistics, and the timer that turns rows that expired into tombstones. Requests read the
/// definition from the catalog and do not queue here. Child of TablesActor; restarted after a failure, it holds nothing of its own.
/// </summary>
internal sealed class TableActor : DescribedActor, IWithTimers
{
    private readonly DatabaseHandle _database;
    private readonly TableSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private TableDefinition _definition;
    private TimeSpan? _interval;
    private long _evicted;
    private bool _evicting;

    public TableActor(DatabaseHandle database, TableDefinition definition, TableSettings settings)
    {
        _database = database;
        _definition = database.Engine.Catalog.Find(definition.Name) ?? definition;
        _settings = settings;
        Receive<TableProtocol.DefinitionChanged>(OnDefinitionChanged);
        Receive<EvictionDue>(_ => OnEvictionDue());
        Receive<Evicted>(OnEvicted);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(DatabaseHandle database, TableDefinition definition, TableSettings settings) =>
        ActorProps.Of(() => new TableActor(database, definition, settings)).WithDeploy(Deploy.Local);

    protected override void PreStart() => Schedule();

    protected override string DescribeState() => _evicting ? "evicting" : "open";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
    [
        Figure("id", _definition.Id), Figure("primaryKey", _definition.PrimaryKey),
        Figure("rows", _database.Engine.Statistics.Rows.GetValueOrDefault(_definition.Name)),
        Figure("attributes", _definition.Attributes.Length), Figure("indexed", _definition.Attributes.Count(attribute => attribute.Indexed)),
        Figure("schemaDefined", _definition.SchemaDefined), Figure("replicate", _definition.Replicate),
        Figure("expirationSeconds", _definition.ExpirationSeconds), Figure("evicted", _evicted),
    ];

    private void OnDefinitionChanged(TableProtocol.DefinitionChanged message)
    {
        _definition = message.Definition;
        Schedule();
    }

    private void Schedule()
    {
        var seconds = EvictionPolicy.ScanIntervalSeconds(_definition, _settings.MinScanInterval.TotalSeconds, _settings.MaxScanInterval.TotalSeconds);
        TimeSpan? interval = seconds is { } value ? TimeSpan.FromSeconds(value) : null;
        if (interval == _interval) return;
        _interval = interval;
        if (interval is { } period) Timers.StartPeriodicTimer(nameof(EvictionDue), EvictionDue.Instance, period);
        else Timers.Cancel(nameof(EvictionDue));
    }

    private void OnEvictionDue()
    {
        if (_evicting) return;
        _evicting = true;
        _database.CommitAsync(new CommitRequest.Evict(_definition.Name, _settings.EvictRows)).PipeTo(Self, success: result => new Evicted(result));
    }

    private void OnEvicted(Evicted message)
    {
        _evicting = false;
        if (message.Result is CommitResult.Rejected { Reason: not CommitRejection.NoSuchTable } rejected)
            _log.Warning("Table [{0}.{1}]: expired rows were not evicted: {2}", _database.Name, _definition.Name, rejected.Message);
        if (message.Result is not CommitResult.Maintained { Count: var count }) return;
        _evicted += count;
        if (count >= _settings.EvictRows) Self.Tell(EvictionDue.Instance);
    }

    private sealed record EvictionDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly EvictionDue Instance = new();
    }

    private sealed record Evicted(CommitResult Result);
}
