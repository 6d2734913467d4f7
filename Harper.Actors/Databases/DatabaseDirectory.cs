using Harper.Core.Identity;

namespace Harper.Actors.Databases;

/// <summary>All open databases. DatabasesActor puts them in and takes them out; everybody else reads it from any thread.</summary>
public sealed class DatabaseDirectory : IDatabaseDirectory
{
    public IReadOnlyCollection<IDatabaseHandle> All => throw new NotImplementedException();

    public IDatabaseHandle? Find(DatabaseName name) => throw new NotImplementedException();

    public Task<(IDatabaseHandle Database, bool Created)> CreateAsync(DatabaseName name) => throw new NotImplementedException();

    public Task<bool> DropAsync(DatabaseName name) => throw new NotImplementedException();

    public event Action<DatabaseName, IDatabaseHandle?>? Changed { add => throw new NotImplementedException(); remove => throw new NotImplementedException(); }
}
