using Harper.Core.Identity;

namespace Harper.Actors.Commit;

/// <summary>The store of a database failed: nothing can be promised any more, and the node stops (a lost store is a lost node).</summary>
public sealed class StoreLostException(DatabaseName database, string reason, Exception? cause = null)
    : Exception($"The store of database '{database}' is lost: {reason}", cause)
{
    public DatabaseName Database { get; } = database;
}
