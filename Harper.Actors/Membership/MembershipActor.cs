using System.Collections.Immutable;
using System.Text.Json;
using Akka.Actor;
using Akka.Event;
using Harper.Actors.Node;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Membership;

/// <summary>
/// Owns the node records: rows of <c>system.hdb_nodes</c>, which gossip by ordinary replication of <c>system</c>. Reads them at start and after
/// every commit that may have touched them, writes what the configuration says about this node, and tells whoever watches the plan that follows.
/// Parent: NodeActor. When it fails it is restarted and reads everything again; nothing is held here that is not in the table or the configuration.
/// </summary>
public sealed class MembershipActor : DescribedActor, IWithTimers, IWithStash
{
    /// <summary>A merged copy rings no bell of the log (rule 9), so the positions are also looked at this often.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly MembershipView _view;
    private readonly IDatabaseDirectory _databases;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<DatabaseName, LocalDatabase> _local = [];
    private readonly HashSet<IDatabaseHandle> _heard = [];

    /// <summary>Databases that were made because they are named to be received: once, so that one that is dropped stays dropped until the next start.</summary>
    private readonly HashSet<DatabaseName> _made = [];
    private readonly List<(IActorRef Asker, bool Changed)> _answers = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly DatabasesSetAside _setAside;
    private NodeRecordTable _table = null!;
    private IDatabaseHandle _system = null!;
    private MembershipSettings _settings;
    private RouteList _routes;
    private object? _positionsRead;
    private bool _reading;
    private bool _readAgain;
    private bool _writingSelf;
    private bool _toldRemoved;
    private bool _waitingForLog;
    private bool _published;

    public static Props Props(MembershipView view, IDatabaseDirectory databases) =>
        ActorProps.Of(() => new MembershipActor(view, databases)).WithDeploy(Deploy.Local);

    public MembershipActor(MembershipView view, IDatabaseDirectory databases)
    {
        _view = view;
        _databases = databases;
        _setAside = new DatabasesSetAside(databases, _log);
        _settings = view.Current.Settings with { Authority = view.Authority };
        _routes = ParseRoutes(_settings.Routes);
        Opening();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    protected override string DescribeState() =>
        !_view.Current.IsEnabled ? "removed from the cluster" : _view.Current.Plan.Enabled ? "member" : "alone";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
    [
        Figure("records", _view.Current.Records.All.Length), Figure("removed", _view.Current.Records.Removed.Count), Figure("routes", _routes.Routes.Length),
        Figure("routesWithProblems", _routes.Problems.Length), Figure("peers", _view.Current.Plan.Peers.Count), Figure("databases", _local.Count),
    ];

    protected override void PreStart()
    {
        _view.Actor = Self;
        _databases.Changed += OnDatabaseChanged;
        OpenAsync().PipeTo(Self, success: _ => Opened.Instance, failure: error => new OpenFailed(error.GetBaseException().Message));
    }

    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _databases.Changed -= OnDatabaseChanged;
        foreach (var database in _heard) database.SchemaChanged -= OnSchemaChanged;
    }

    private void Opening()
    {
        Receive<Opened>(_ =>
        {
            _settings = _settings with { Authority = _view.Authority };
            if (RouteWarnings.OfListener(_settings) is { } exposed) _log.Warning("{Warning}", exposed);
            foreach (var warning in RouteWarnings.Of(_settings, _routes)) _log.Warning("{Warning}", warning);
            Become(Running);
            Timers.StartPeriodicTimer("look", Look.Instance, LookInterval);
            LookAtDatabases();
            Read();
            Stash.UnstashAll();
        });
        Receive<OpenFailed>(failed => throw new InvalidOperationException(failed.Reason));
        ReceiveAny(_ => Stash.Stash());
    }

    private void Running()
    {
        Receive<Look>(_ =>
        {
            if (!ReferenceEquals(_system.Engine.Positions, _positionsRead)) Read();
        });
        Receive<LogMoved>(_ =>
        {
            _waitingForLog = false;
            Read();
        });
        Receive<DatabasesChanged>(_ =>
        {
            LookAtDatabases();
            Publish(_view.Current.Records);
        });
        Receive<RecordsRead>(read => OnRecordsRead(read.Records));
        Receive<ReadFailed>(failed => throw new InvalidOperationException($"hdb_nodes cannot be read: {failed.Reason}"));
        Receive<MembershipProtocol.WriteRecord>(write => Commit(_table.WriteAsync(write.Name, write.Changes), Sender));
        Receive<MembershipProtocol.DeleteRecord>(delete => Commit(_table.DeleteAsync(delete.Name), Sender));
        Receive<MembershipProtocol.Introduce>(OnIntroduce);
        Receive<MembershipProtocol.SetAside>(_ => Commit(_setAside.RunAsync(_settings), Sender));
        Receive<MembershipProtocol.SetRoutes>(OnSetRoutes);
        Receive<MembershipProtocol.AuthorityMoved>(_ =>
        {
            _settings = _settings with { Authority = _view.Authority };
            Publish(_view.Current.Records);
        });
        Receive<NotMade>(OnNotMade);
        Receive<Committed>(OnCommitted);
    }

    private async Task<bool> OpenAsync()
    {
        _system = (await _databases.CreateAsync(DatabaseName.System).ConfigureAwait(false)).Database;
        _table = new NodeRecordTable(_system, _settings.Self);
        // A database that the configuration names exists, so that it can flow also where no announcement of it does (R-GOS-08).
        foreach (var named in _settings.Databases.Listed ?? [])
            await _databases.CreateAsync(named).ConfigureAwait(false);
        return true;
    }

    private void Read()
    {
        if (_reading)
        {
            _readAgain = true;
            return;
        }
        _reading = true;
        _readAgain = false;
        _positionsRead = _system.Engine.Positions;
        ListenToLog(_system.Engine.Positions.Head);
        Task.Run(_table.Read)
            .PipeTo(Self, success: records => new RecordsRead(records), failure: error => new ReadFailed(error.GetBaseException().Message));
    }

    private void ListenToLog(double head)
    {
        if (_waitingForLog) return;
        _waitingForLog = true;
        var self = Self;
        _system.WaitForLogAsync(head, _stopping.Token).ContinueWith(
            wait =>
            {
                if (wait.IsCompletedSuccessfully) self.Tell(LogMoved.Instance);
            }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void OnRecordsRead(NodeRecords records)
    {
        _reading = false;
        if (!_published || !records.SameAs(_view.Current.Records)) Publish(records);
        foreach (var (asker, changed) in _answers) asker.Tell(new MembershipProtocol.Written(changed));
        _answers.Clear();
        if (_readAgain) Read();
    }

    private void Publish(NodeRecords records)
    {
        _published = true;
        foreach (var action in NodeRecordGossip.Decide(_settings, records, _routes)) Run(action);
        if (!records.IsRemoved(_settings.Self)) _setAside.OnMember();
        _toldRemoved &= records.IsRemoved(_settings.Self);
        var before = _view.Current.Plan;
        var plan = DialPlanner.Plan(_settings, records, _routes, _local.Values, before);
        if (plan.Omitted > 0 && before.Omitted == 0)
            _log.Error("hdb_nodes has {Count} records more than the {Most} peers that a node has links with: remove those that are no nodes with remove_node", plan.Omitted, DialPlanner.MaxPeers);
        _view.Publish(new MembershipSnapshot(_settings, records, _routes, plan));
        foreach (var name in DialPlanner.NamedToReceive(_settings, records, _routes))
            if (!_local.ContainsKey(name) && _made.Add(name)) _databases.CreateAsync(name).PipeTo(
                    Self, success: _ => DatabasesChanged.Instance, failure: error => new NotMade(name, error.GetBaseException().Message));
    }

    private void OnNotMade(NotMade failed)
    {
        _made.Remove(failed.Database);
        _log.Error("Database {Database}, which is to be received, could not be made: {Reason}", failed.Database, failed.Reason);
    }

    private void Run(GossipAction action)
    {
        switch (action)
        {
            case GossipAction.Write write when !_writingSelf:
                _writingSelf = true;
                Commit(_table.WriteAsync(write.Name, write.Changes), ActorRefs.Nobody, self: true);
                break;
            case GossipAction.TellRemoved when !_toldRemoved:
                _toldRemoved = true;
                _log.Warning(
                    "This node ({Node}) was removed from the cluster: it dials nobody and nobody is let in. To rejoin, run add_node here with "
                    + "the URL of a member and credentials of that member.", _settings.Self);
                break;
        }
    }

    private void OnIntroduce(MembershipProtocol.Introduce introduce)
    {
        if (_settings.Url is null)
        {
            Sender.Tell(new MembershipProtocol.Failed("replication url is missing from harperdb-config.yaml"));
            return;
        }
        var own = _view.Current.Records.Find(_settings.Self);
        var changes = NodeRecordGossip.OwnChanges(_settings, own, _routes);
        var terms = PeerTerms.Replace(own?.Terms ?? [], introduce.Terms);
        if (own?.Find(PeerTerms.Field) is not null || !terms.IsEmpty) changes = changes.Add(PeerTerms.ToField(terms));
        CommitOwn(() => _table.WriteAsync(_settings.Self, changes, introduce.Peer, introduce.Changes), Sender);
    }

    /// <summary>This node's own record comes (back): see <see cref="DatabasesSetAside"/>.</summary>
    private void CommitOwn(Func<Task<CommitResult>> write, IActorRef asker) =>
        Commit(_setAside.WriteAsync(_settings, _view.Current.Records.IsRemoved(_settings.Self), write), asker);

    private void OnSetRoutes(MembershipProtocol.SetRoutes set)
    {
        _settings = _settings with { Routes = set.Routes };
        _routes = ParseRoutes(set.Routes);
        foreach (var warning in RouteWarnings.Of(_settings, _routes)) _log.Warning("{Warning}", warning);
        var records = _view.Current.Records;
        if (!set.Explicit.IsEmpty && records.IsRemoved(_settings.Self) && _settings.Url is not null)
            CommitOwn(() => _table.WriteAsync(_settings.Self, NodeRecordGossip.OwnChanges(_settings, null, _routes)), ActorRefs.Nobody);
        Publish(records);
        Sender.Tell(new MembershipProtocol.Written(true));
    }

    private void Commit(Task<CommitResult> commit, IActorRef asker, bool self = false) =>
        commit.PipeTo(Self, success: result => new Committed(result, asker, self),
            failure: error => new Committed(new CommitResult.Rejected(CommitRejection.StoreFailed, error.GetBaseException().Message), asker, self));

    private void OnCommitted(Committed committed)
    {
        if (committed.OwnRecord) _writingSelf = false;
        if (committed.Result is CommitResult.Rejected rejected)
        {
            _log.Error("A node record could not be written: {Reason}", rejected.Message);
            committed.Asker.Tell(new MembershipProtocol.Failed(rejected.Message));
            return;
        }
        // The answer waits until the records were read again: who gets it sees the new plan.
        if (!committed.Asker.IsNobody()) _answers.Add((committed.Asker, committed.Result is CommitResult.Written { Done: [true, ..] }));
        Read();
    }

    private void LookAtDatabases()
    {
        _local.Clear();
        foreach (var database in _databases.All)
        {
            if (_heard.Add(database)) database.SchemaChanged += OnSchemaChanged;
            _local[database.Name] = LocalDatabase.Of(database.Engine.Catalog);
        }
        _heard.RemoveWhere(database => !_local.ContainsKey(database.Name));
    }

    private RouteList ParseRoutes(ImmutableArray<JsonElement> routes) => _settings.CreateRouteParser().Parse(routes);

    private void OnDatabaseChanged(DatabaseName name, IDatabaseHandle? database) => _view.Actor?.Tell(DatabasesChanged.Instance);

    private void OnSchemaChanged(IDatabaseHandle database) => _view.Actor?.Tell(DatabasesChanged.Instance);

    private sealed record Opened { public static readonly Opened Instance = new(); }
    private sealed record OpenFailed(string Reason);
    private sealed record Look : INotInfluenceReceiveTimeout { public static readonly Look Instance = new(); }
    private sealed record LogMoved { public static readonly LogMoved Instance = new(); }
    private sealed record DatabasesChanged { public static readonly DatabasesChanged Instance = new(); }
    private sealed record RecordsRead(NodeRecords Records);
    private sealed record ReadFailed(string Reason);
    private sealed record NotMade(DatabaseName Database, string Reason);
    private sealed record Committed(CommitResult Result, IActorRef Asker, bool OwnRecord);
}
