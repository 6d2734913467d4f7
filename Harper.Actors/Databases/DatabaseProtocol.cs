using Akka.Actor;
using Harper.Core.Identity;

namespace Harper.Actors.Databases;

/// <summary>What databases and their owner say to each other.</summary>
internal static class DatabaseProtocol
{
    /// <summary>To DatabasesActor: make a database; the completion gets the handle and whether it is new.</summary>
    public sealed record Create(DatabaseName Name, TaskCompletionSource<(IDatabaseHandle Database, bool Created)> Done) : INoSerializationVerificationNeeded;

    /// <summary>To DatabasesActor: close a database and remove its files.</summary>
    public sealed record Drop(DatabaseName Name, TaskCompletionSource<bool> Done) : INoSerializationVerificationNeeded;

    /// <summary>To DatabasesActor: close a database, keep its files under another name, open an empty one; the completion gets the old files' folder.</summary>
    public sealed record SetAside(DatabaseName Name, bool Replicates, TaskCompletionSource<string?> Done) : INoSerializationVerificationNeeded;

    /// <summary>To DatabasesActor: close everything; its end is the answer.</summary>
    public sealed record CloseAll(TimeSpan ViewDeadline);

    /// <summary>From DatabasesActor to the node: every database that was there is open.</summary>
    public sealed record AllOpen(int Count);

    /// <summary>From DatabasesActor to the node: one could not be opened.</summary>
    public sealed record CannotOpen(DatabaseName Name, string Reason);

    /// <summary>From a database to DatabasesActor.</summary>
    public sealed record Opened(DatabaseName Name, IDatabaseHandle Database) : INoSerializationVerificationNeeded;

    /// <summary>From a database to DatabasesActor; it stops.</summary>
    public sealed record OpenFailed(DatabaseName Name, string Reason);

    /// <summary>To a database: commit what was accepted, close the store, remove its files if asked; its end is the answer.</summary>
    /// <param name="Aside">Not null: rename the folder to this.</param>
    public sealed record Close(bool Remove, TimeSpan ViewDeadline, string? Aside = null);

    /// <summary>From a database to DatabasesActor, just before its end.</summary>
    public sealed record Closed(DatabaseName Name, string? Problem);
}
