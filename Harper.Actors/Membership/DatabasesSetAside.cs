using Akka.Event;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Membership;

/// <summary>
/// Rule 25: the cluster has let go of what it deleted while a node was no member, so whoever rejoins begins with empty databases. Its files are kept beside
/// them under another name, with what was written while it was out; they are the operator's to look at and to remove.
/// </summary>
internal static class DatabasesSetAside
{
    public static async Task RunAsync(IDatabaseDirectory databases, MembershipSettings settings, ILoggingAdapter log)
    {
        foreach (var database in databases.All.Where(database => Flows(database, settings)).OrderBy(database => database.Name.Value, StringComparer.Ordinal))
        {
            var replicates = settings.Databases.Includes(database.Name);
            if (await databases.SetAsideAsync(database.Name, replicates).ConfigureAwait(false) is not { } folder) continue;
            log.Warning(
                "This node was removed from the cluster and rejoins it: database {Database} begins empty and is copied from the others. Its old files, with all that "
                + "was written here alone, were set aside in {Folder}; nothing removes them but you.", database.Name, folder);
        }
    }

    private static bool Flows(IDatabaseHandle database, MembershipSettings settings)
    {
        if (database.Name.IsSystem || database.Engine.Catalog.Tables.Count == 0) return false;
        var replicates = settings.Databases.Includes(database.Name);
        return database.Engine.Catalog.Tables.Values.Any(table => table.Replicate ?? replicates);
    }
}
