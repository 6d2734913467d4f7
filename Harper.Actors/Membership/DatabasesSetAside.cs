using Akka.Event;
using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Membership;

/// <summary>
/// Rule 25: the cluster has let go of what it deleted while a node was no member, so whoever rejoins begins with empty databases. Its files are kept beside
/// them under another name, with what was written while it was out; they are the operator's to look at and to remove.
/// </summary>
internal sealed class DatabasesSetAside(IDatabaseDirectory databases, ILoggingAdapter log)
{
    /// <summary>They were set aside and this node has no record again yet.</summary>
    private volatile bool _done;

    /// <summary>This node is a member: what it holds is the cluster's.</summary>
    public void OnMember() => _done = false;

    /// <summary>With its own record a removed node would show what the others have let go of: its databases are emptied before it is written.</summary>
    public async Task<CommitResult> WriteAsync(MembershipSettings settings, bool removed, Func<Task<CommitResult>> write)
    {
        if (removed && !_done) await RunAsync(settings).ConfigureAwait(false);
        return await write().ConfigureAwait(false);
    }

    /// <summary>Now, because a member says that this node was removed.</summary>
    public async Task<CommitResult> RunAsync(MembershipSettings settings)
    {
        foreach (var database in databases.All.Where(database => Flows(database, settings)).OrderBy(database => database.Name.Value, StringComparer.Ordinal))
        {
            if (await databases.SetAsideAsync(database.Name, settings.Databases.Includes(database.Name)).ConfigureAwait(false) is not { } folder) continue;
            log.Warning(
                "This node was removed from the cluster and rejoins it: database {Database} begins empty and is copied from the others. Its old files, with all that "
                + "was written here alone, were set aside in {Folder}; nothing removes them but you.", database.Name, folder);
        }

        _done = true;
        return new CommitResult.Applied(true);
    }

    private static bool Flows(IDatabaseHandle database, MembershipSettings settings) =>
        !database.Name.IsSystem && database.Engine.Catalog.Tables.Values.Any(table => table.Replicate ?? settings.Databases.Includes(database.Name));
}
