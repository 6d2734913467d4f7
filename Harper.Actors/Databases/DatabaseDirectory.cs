using System.Collections.Immutable;
using Akka.Actor;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Databases;

/// <summary>All open databases. DatabasesActor puts them in and takes them out; everybody else reads it from any thread.</summary>
public sealed class DatabaseDirectory : IDatabaseDirectory
{
    private ImmutableDictionary<DatabaseName, IDatabaseHandle> _open = ImmutableDictionary<DatabaseName, IDatabaseHandle>.Empty;
    private IActorRef? _owner;

    public event Action<DatabaseName, IDatabaseHandle?>? Changed;

    public IReadOnlyCollection<IDatabaseHandle> All => [.. Volatile.Read(ref _open).Values];

    public IDatabaseHandle? Find(DatabaseName name) => Volatile.Read(ref _open).GetValueOrDefault(name);

    // Always by way of the owner, after whatever was asked of it before: a database being dropped is not given back.
    public Task<(IDatabaseHandle Database, bool Created)> CreateAsync(DatabaseName name)
    {
        var done = new TaskCompletionSource<(IDatabaseHandle, bool)>(TaskCreationOptions.RunContinuationsAsynchronously);
        Owner().Tell(new DatabaseProtocol.Create(name, done));
        return done.Task;
    }

    public Task<bool> DropAsync(DatabaseName name)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Owner().Tell(new DatabaseProtocol.Drop(name, done));
        return done.Task;
    }

    public Task<string?> SetAsideAsync(DatabaseName name, bool replicates)
    {
        var done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Owner().Tell(new DatabaseProtocol.SetAside(name, replicates, done));
        return done.Task;
    }

    public IReadOnlyList<string> Aside => FindAside?.Invoke() ?? [];

    /// <summary>Looks at the disk.</summary>
    internal Func<IReadOnlyList<string>>? FindAside { get; set; }

    internal void Own(IActorRef? owner) => Volatile.Write(ref _owner, owner);

    internal void Add(IDatabaseHandle database)
    {
        ImmutableInterlocked.AddOrUpdate(ref _open, database.Name, database, (_, _) => database);
        Changed?.Invoke(database.Name, database);
    }

    internal void Remove(DatabaseName name)
    {
        if (ImmutableInterlocked.TryRemove(ref _open, name, out _)) Changed?.Invoke(name, null);
    }

    private IActorRef Owner() => Volatile.Read(ref _owner) ?? throw new OperationError(503, "The node is starting or stopping. Try again in a moment.");
}
