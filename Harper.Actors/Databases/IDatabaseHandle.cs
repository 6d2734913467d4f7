using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Reading;
using Harper.Core.TransactionLog;

namespace Harper.Actors.Databases;

/// <summary>
/// An open database as requests and sessions use it: reads on the caller's thread against snapshots, writes through the commit actor. Safe for any thread.
/// </summary>
public interface IDatabaseHandle
{
    DatabaseName Name { get; }

    IDatabaseEngine Engine { get; }

    /// <summary>
    /// Hands the request to the only writer and completes when the batch that holds it is durable. Never throws for a refused request: the result says so.
    /// Local requests are refused with Overloaded above the bound of waiting bytes; remote ones wait their turn.
    /// </summary>
    Task<CommitResult> CommitAsync(CommitRequest request);

    IReadView OpenView();

    /// <summary>The log after a position: from the tail in memory when it reaches back that far, else from the store.</summary>
    LogStretch ReadLog(double after, int maxBytes);

    /// <summary>
    /// Completes when the log holds something after the position, or is cancelled. The bell carries no payload. What follows may run on the writer's thread: it
    /// tells somebody, and no more.
    /// </summary>
    Task WaitForLogAsync(double after, CancellationToken cancellation);

    /// <summary>The same for who waits for some of the log: see <see cref="TransactionLog.LogEar"/>.</summary>
    Task WaitForLogAsync(double after, TransactionLog.LogEar ear, CancellationToken cancellation) => WaitForLogAsync(after, cancellation);

    /// <summary>Keeps the log after a position from being trimmed until disposed: while a copy that began there is being served (rule 21).</summary>
    IDisposable HoldLog(double after);

    /// <summary>Whether local writes are held back (rule 16); null: never.</summary>
    Commit.LocalWriteGate? LocalWrites => null;

    /// <summary>Raised after a commit that changed the catalog, on the writer's thread: handlers only post a message.</summary>
    event Action<IDatabaseHandle>? SchemaChanged;
}

/// <summary>All open databases of the node.</summary>
public interface IDatabaseDirectory
{
    IReadOnlyCollection<IDatabaseHandle> All { get; }

    IDatabaseHandle? Find(DatabaseName name);

    /// <summary>Opens a new, empty database; returns the existing one and false when there is one.</summary>
    Task<(IDatabaseHandle Database, bool Created)> CreateAsync(DatabaseName name);

    /// <summary>Closes the database and removes its files; false when there is none.</summary>
    Task<bool> DropAsync(DatabaseName name);

    /// <summary>Closes the database, renames its folder and opens an empty one in its place; tables that stay local keep their rows (rule 25).</summary>
    /// <param name="replicates">Tables that do not say otherwise are replicated.</param>
    /// <returns>The old files' folder; null when there is no such database.</returns>
    Task<string?> SetAsideAsync(DatabaseName name, bool replicates) => Task.FromResult<string?>(null);

    /// <summary>Folders of databases that were set aside and not removed since.</summary>
    IReadOnlyList<string> Aside => [];

    /// <summary>Raised after a database was opened or dropped (handle null): handlers only post a message.</summary>
    event Action<DatabaseName, IDatabaseHandle?>? Changed;
}
