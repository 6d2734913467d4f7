using Akka.Actor;
using Akka.Event;
using Harper.Actors.Commit;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Actors.Supervision;
using Harper.Actors.Tables;
using Harper.Actors.TransactionLog;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Schema;

namespace Harper.Actors.Databases;

/// <summary>
/// An open database: opens the store, makes the handle that everybody uses, and has the writer, the log's keeper and the tables below it. Child of
/// DatabasesActor. When its writer or its store fails it fails too: the failure goes up to the node. It is never restarted.
/// <code>(start) ──► open ──Close──► draining ──writer ended──► closing ──readers left──► (stop)</code>
/// </summary>
internal sealed class DatabaseActor : DescribedActor, IWithTimers
{
    private static readonly TimeSpan QuarantineInterval = TimeSpan.FromSeconds(5);

    private readonly DatabaseName _name;
    private readonly NodeServices _services;
    private readonly TailBudget _tails;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly LogHolds _holds = new();
    private readonly DatabaseLegacy? _left;
    private readonly LocalWriteGate? _gate;
    private readonly CommitQueue _queue;
    private string _state = "opening";
    private string _folder = "";
    private EngineGuard? _engine;
    private LogTail? _tail;
    private DatabaseHandle? _handle;
    private IActorRef _commit = ActorRefs.Nobody;
    private DatabaseProtocol.Close _closing = new(false, TimeSpan.Zero);

    public DatabaseActor(DatabaseName name, NodeServices services, TailBudget tails, DatabaseLegacy? left)
    {
        _left = left;
        _name = name;
        _services = services;
        _tails = tails;
        // What a node says of itself in the control plane is how those whom it asks find it.
        _gate = services.AsksPeers && !name.IsSystem ? new LocalWriteGate() : null;
        _queue = new CommitQueue(services.Settings.Commit, _gate);
        Receive<DatabaseProtocol.Close>(OnClose);
        Receive<Terminated>(_ => OnWriterEnded());
        Receive<EngineClosed>(OnEngineClosed);
        Receive<QuarantineDue>(_ => OnQuarantineDue());
        Receive<CommitResult>(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    // Opening a store blocks for as long as its log takes to replay.
    public static Props Props(DatabaseName name, NodeServices services, TailBudget tails, DatabaseLegacy? left) =>
        ActorProps.Of(() => new DatabaseActor(name, services, tails, left))
            .OnDispatcher("harper.dispatchers.storage");

    protected override void PreStart()
    {
        try
        {
            Open();
        }
        catch (Exception failure)
        {
            _state = "not opened";
            _log.Error(failure, "Database [{0}] cannot be opened in {1}", _name, _folder);
            Context.Parent.Tell(new DatabaseProtocol.OpenFailed(_name, failure.Message));
            Context.Stop(Self);
        }
    }

    protected override void PostStop()
    {
        var closed = new CommitResult.Rejected(CommitRejection.Stopping, $"Database '{_name}' is closed.");
        _queue.Close(closed);
        _tail?.Close();
        // After an orderly close this finds everything done; after a failure it closes the store as soon as the last reader has left.
        _ = _engine?.CloseAsync(_services.Settings.Life.ViewTimeout);
    }

    protected override SupervisorStrategy SupervisorStrategy() => SupervisionPolicies.Database();

    protected override string DescribeState() => _state;

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures()
    {
        if (_engine is null) return [Figure("folder", _folder)];
        var statistics = _engine.Statistics;
        var positions = _engine.Positions;
        return
        [
            Figure("folder", _folder), Figure("tables", _engine.Catalog.Tables.Count), Figure("head", positions.Head),
            Figure("incarnation", positions.Incarnation), Figure("commits", statistics.Commits), Figure("records", statistics.Records),
            Figure("logBytes", statistics.LogBytes), Figure("quarantinedTransactions", statistics.QuarantinedTransactions),
            Figure("quarantinedBytes", statistics.QuarantinedBytes), Figure("readers", _engine.Readers),
            Figure("unreadablePositions", statistics.UnreadablePositions), Figure("localWrites", _gate?.Held?.Reason),
            Figure("copyingFrom", positions.Copy?.Source.Value), Figure("copiedRows", positions.Copy?.Rows),
            Figure("catchingUpAfterCopyFrom", positions.Rest?.Source.Value),
            // Of these nodes not all tables are whole here, because they came through a narrower filter.
            Figure("wholeTables", positions.Covers.IsEmpty ? null : string.Join("; ", positions.Covers.OrderBy(each => each.Key).Select(each => $"{each.Key}: {each.Value}"))),
        ];
    }

    private void Open()
    {
        _folder = _services.Folders.FolderOf(_name);
        var store = _services.Stores.Open(_folder);
        IDatabaseEngine engine;
        try
        {
            engine = _services.OpenEngine(_name, store, _services.Clock.NowMs);
        }
        catch
        {
            store.Dispose();
            throw;
        }
        if (_left is { } left) TakeOver(left, engine);
        if (_name.IsSystem) MakeSystemTables(engine);
        _engine = new EngineGuard(engine);
        if (engine.Statistics.UnreadablePositions is var unreadable and > 0)
            _log.Warning("Database [{0}]: {1} entries of what it knew of its position were damaged; what they spoke of is fetched again", _name, unreadable);
        _tail = new LogTail(_tails, engine.Positions.Head);
        _handle = new DatabaseHandle(_engine, _queue, _tail, _holds, _services.Clock, _gate);
        if (engine.Positions.Head > 0) _gate?.Hold(_services.Clock.NowMs, "peers are asked whether they have own writes that are lost here");
        var tables = Context.ActorOf(TablesActor.Props(_handle, _services), NodePaths.Tables);
        _handle.SchemaChanged += database => tables.Tell(new TableProtocol.CatalogChanged(database.Engine.Catalog));
        _commit = Context.ActorOf(CommitActor.Props(engine, _queue, _tail, _handle, _services), NodePaths.Commit);
        Context.ActorOf(TransactionLogActor.Props(_handle, _tail, _holds, _services), NodePaths.Log);
        Timers.StartPeriodicTimer(nameof(QuarantineDue), QuarantineDue.Instance, QuarantineInterval);
        _state = "open";
        Context.Parent.Tell(new DatabaseProtocol.Opened(_name, _handle));
    }

    // Transactions from the future wait in quarantine until their time has come (rule 24).
    private void OnQuarantineDue()
    {
        if (_state == "open" && _engine!.Statistics.QuarantinedTransactions > 0)
            _handle!.CommitAsync(new CommitRequest.ReleaseQuarantine()).PipeTo(Self);
    }

    private void OnClose(DatabaseProtocol.Close message)
    {
        if (_state != "open") return;
        _state = "draining";
        _closing = message;
        Timers.CancelAll();
        Context.Watch(_commit);
        _commit.Tell(CommitProtocol.Drain.Instance);
    }

    private void OnWriterEnded()
    {
        _state = "closing";
        foreach (var child in Context.GetChildren()) Context.Stop(child);
        _tail!.Close();
        _engine!.CloseAsync(_closing.ViewDeadline).PipeTo(Self, success: closed => new EngineClosed(closed, null), failure: error => new EngineClosed(false, error));
    }

    private void OnEngineClosed(EngineClosed message)
    {
        var problem = message.Error?.Message
            ?? (message.Closed ? null : $"{_engine!.Readers} readers did not end within {_closing.ViewDeadline.TotalSeconds:0} s");
        if (problem is null && _closing.Remove) problem = RemoveFiles();
        if (problem is null && _closing.Aside is { } aside) problem = MoveFiles(aside);
        if (problem is not null) _log.Error(message.Error, "Database [{0}] did not close as it should: {1}", _name, problem);
        Context.Parent.Tell(new DatabaseProtocol.Closed(_name, problem));
        Context.Stop(Self);
    }

    /// <summary>Before anybody sees the new database.</summary>
    private void TakeOver(DatabaseLegacy left, IDatabaseEngine engine)
    {
        var now = _services.Clock.NowMs;
        using var old = _services.OpenEngine(_name, _services.Stores.Open(left.Folder), now);
        var kept = KeptTables.Take(old, engine, left.Replicates, _services.Self, now);
        if (!kept.IsEmpty) _log.Info("Database [{0}] keeps the tables that stay on this node: {1}", _name, string.Join(", ", kept));
    }

    /// <summary>
    /// What every node has is there before anybody sees the database: whoever asks a node that says it is ready never meets one whose jobs or records have no
    /// table yet. What is there stays as it is, but for what it lacks.
    /// </summary>
    private void MakeSystemTables(IDatabaseEngine engine)
    {
        var made = engine.Commit(
            [new CommitRequest.Schema([.. SystemTables.All.Select(table => new SchemaEdit.EnsureTable(table, Declared: true))])], _services.Clock.NowMs);
        if (made.Results[0] is CommitResult.Rejected rejected) throw new InvalidOperationException($"the system tables could not be made: {rejected.Message}");
    }

    private string? MoveFiles(string aside)
    {
        try
        {
            _services.Stores.Move(_folder, aside);
            return null;
        }
        catch (Exception failure)
        {
            return $"its files in {_folder} cannot be renamed to {aside}: {failure.Message}";
        }
    }

    private string? RemoveFiles()
    {
        try
        {
            _services.Stores.Remove(_folder);
            return null;
        }
        catch (Exception failure)
        {
            return $"its files in {_folder} cannot be removed: {failure.Message}";
        }
    }

    private sealed record EngineClosed(bool Closed, Exception? Error);

    private sealed record QuarantineDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly QuarantineDue Instance = new();
    }
}
