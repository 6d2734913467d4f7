using Akka.Actor;
using Akka.Event;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Actors.Supervision;
using Harper.Actors.TransactionLog;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Databases;

/// <summary>
/// Owns the databases of the node: opens what the storage folder holds, makes and drops databases one after the other per name, and closes all of
/// them at the end. Child of NodeActor. When a database fails it fails too: the node stops.
/// <code>opening ──all open──► open ──CloseAll──► closing ──all closed──► (stop)</code>
/// </summary>
internal sealed class DatabasesActor : DescribedActor
{
    private readonly NodeServices _services;
    private readonly TailBudget _tails;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<DatabaseName, DatabaseEntry> _databases = [];
    private string _state = "opening";
    private int _opened;

    public DatabasesActor(NodeServices services)
    {
        _services = services;
        _tails = new TailBudget(services.Settings.Log.TailBytes);
        Receive<DatabaseProtocol.Create>(OnCreate);
        Receive<DatabaseProtocol.Drop>(OnDrop);
        Receive<DatabaseProtocol.SetAside>(OnSetAside);
        Receive<DatabaseProtocol.Opened>(OnOpened);
        Receive<DatabaseProtocol.OpenFailed>(OnOpenFailed);
        Receive<DatabaseProtocol.Closed>(message => Entry(message.Name).Problem = message.Problem);
        Receive<DatabaseProtocol.CloseAll>(OnCloseAll);
        Receive<Terminated>(message => OnEnded(message.ActorRef));
    }

    public static Props Props(NodeServices services) => ActorProps.Of(() => new DatabasesActor(services)).WithDeploy(Deploy.Local);

    protected override void PreStart()
    {
        _services.Databases.Own(Self);
        _services.Databases.FindAside = FindAside;
        var found = _services.Stores.FindFolders(_services.Folders.Root).Select(DatabaseFolders.Decode).OfType<DatabaseName>();
        var configured = _services.Folders.Paths.Where(path => _services.Stores.Exists(path.Value)).Select(path => path.Key);
        foreach (var name in found.Concat(configured).Append(DatabaseName.System).Distinct()) Start(name);
    }

    protected override void PostStop()
    {
        _services.Databases.Own(null);
        foreach (var (name, entry) in _databases)
        {
            _services.Databases.Remove(name);
            entry.Refuse(new OperationError(503, "The node is stopping."));
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => SupervisionPolicies.Databases();

    protected override string DescribeState() => _state;

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
        [Figure("databases", _databases.Count), Figure("open", _opened), Figure("root", _services.Folders.Root)];

    private DatabaseEntry Entry(DatabaseName name) => _databases.TryGetValue(name, out var entry) ? entry : _databases[name] = new DatabaseEntry(name);

    /// <param name="left">What a database that was set aside leaves to this one.</param>
    private void Start(DatabaseName name, DatabaseLegacy? left = null)
    {
        var entry = Entry(name);
        entry.Child = Context.ActorOf(DatabaseActor.Props(name, _services, _tails, left), NodePaths.Escape(name.Value));
        Context.Watch(entry.Child);
    }

    private void OnCreate(DatabaseProtocol.Create message)
    {
        if (_state == "closing")
        {
            message.Done.TrySetException(new OperationError(503, "The node is stopping."));
            return;
        }
        if (!_services.Folders.Paths.ContainsKey(message.Name) && DatabaseFolders.Encode(message.Name) is { Length: > DatabaseFolders.MaxFolderBytes or 0 })
        {
            message.Done.TrySetException(OperationError.Bad("The database's name is too long for a folder: give the database a path (databases.*.path) or a shorter name."));
            return;
        }
        var entry = Entry(message.Name);
        if (entry.Handle is { } open && !entry.Closing)
        {
            message.Done.TrySetResult((open, false));
            return;
        }
        // Being opened, or still being dropped: its turn comes.
        entry.Creating.Add(message.Done);
        if (entry.Child is null) Start(message.Name);
    }

    private void OnDrop(DatabaseProtocol.Drop message)
    {
        if (!_databases.TryGetValue(message.Name, out var entry) || entry.Handle is null || entry.Closing)
        {
            message.Done.TrySetResult(false);
            return;
        }
        entry.Closing = true;
        entry.Dropping = message.Done;
        _services.Databases.Remove(message.Name);
        entry.Child!.Tell(new DatabaseProtocol.Close(Remove: true, _services.Settings.Life.ViewTimeout));
    }

    private void OnSetAside(DatabaseProtocol.SetAside message)
    {
        if (!_databases.TryGetValue(message.Name, out var entry) || entry.Handle is null || entry.Closing)
        {
            message.Done.TrySetResult(null);
            return;
        }
        var aside = _services.Folders.AsideOf(message.Name, _services.Clock.NowMs);
        entry.Closing = true;
        entry.SettingAside = (aside, message.Replicates, message.Done);
        _services.Databases.Remove(message.Name);
        entry.Child!.Tell(new DatabaseProtocol.Close(Remove: false, _services.Settings.Life.ViewTimeout, aside));
    }

    /// <summary>An empty database takes the place of one whose files were renamed; the same one, when they could not be.</summary>
    private void Replace(DatabaseEntry before, string folder, bool replicates, TaskCompletionSource<string?> done)
    {
        var opened = new TaskCompletionSource<(IDatabaseHandle Database, bool Created)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var entry = Entry(before.Name);
        entry.Creating.Add(opened);
        entry.Creating.AddRange(before.Creating);
        Start(before.Name, before.Problem is null ? new DatabaseLegacy(folder, replicates) : null);
        opened.Task.ContinueWith(
            ended =>
            {
                if (ended.IsFaulted) done.TrySetException(ended.Exception!.GetBaseException());
                else if (before.Problem is { } problem) done.TrySetException(new OperationError(500, $"Database '{before.Name}' could not be set aside: {problem}"));
                else done.TrySetResult(folder);
            }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private IReadOnlyList<string> FindAside()
    {
        var roots = _services.Folders.Paths.Values.Select(path => Path.GetDirectoryName(path.TrimEnd('/'))!).Append(_services.Folders.Root).Distinct();
        return [.. roots.SelectMany(root => _services.Stores.FindFolders(root).Where(DatabaseFolders.IsAside).Select(name => Path.Combine(root, name)))];
    }

    private void OnOpened(DatabaseProtocol.Opened message)
    {
        var entry = Entry(message.Name);
        entry.Handle = message.Database;
        _opened++;
        _services.Databases.Add(message.Database);
        for (var i = 0; i < entry.Creating.Count; i++) entry.Creating[i].TrySetResult((message.Database, i == 0));
        entry.Creating.Clear();
        if (_state != "opening" || _databases.Values.Any(database => database.Handle is null)) return;
        _state = "open";
        Context.Parent.Tell(new DatabaseProtocol.AllOpen(_databases.Count));
    }

    private void OnOpenFailed(DatabaseProtocol.OpenFailed message)
    {
        Entry(message.Name).Refuse(new OperationError(500, $"Database '{message.Name}' cannot be opened: {message.Reason}"));
        if (_state == "opening") Context.Parent.Tell(new DatabaseProtocol.CannotOpen(message.Name, message.Reason));
    }

    private void OnCloseAll(DatabaseProtocol.CloseAll message)
    {
        _state = "closing";
        foreach (var (name, entry) in _databases)
        {
            _services.Databases.Remove(name);
            if (entry.Closing || entry.Child is null) continue;
            entry.Closing = true;
            entry.Child.Tell(new DatabaseProtocol.Close(Remove: false, message.ViewDeadline));
        }
        StopWhenEmpty();
    }

    private void OnEnded(IActorRef child)
    {
        var entry = _databases.Values.First(database => child.Equals(database.Child));
        _databases.Remove(entry.Name);
        if (entry.Handle is not null) _opened--;
        if (entry.Problem is { } problem) entry.Dropping?.TrySetException(new OperationError(500, $"Database '{entry.Name}' was closed, but {problem}"));
        else entry.Dropping?.TrySetResult(true);
        if (entry.SettingAside is { } aside && _state != "closing") Replace(entry, aside.Folder, aside.Replicates, aside.Done);
        else if (entry.Creating.Count > 0 && _state != "closing")
        {
            _log.Info("Database [{0}] is made anew", entry.Name);
            Entry(entry.Name).Creating.AddRange(entry.Creating);
            Start(entry.Name);
        }
        StopWhenEmpty();
    }

    private void StopWhenEmpty()
    {
        if (_state == "closing" && _databases.Count == 0) Context.Stop(Self);
    }
}
