using Akka.Actor;
using Harper.Core.Identity;

namespace Harper.Actors.Databases;

/// <summary>What DatabasesActor knows of one database, from the wish to have it to its end.</summary>
internal sealed class DatabaseEntry(DatabaseName name)
{
    public DatabaseName Name { get; } = name;

    public IActorRef? Child { get; set; }

    public IDatabaseHandle? Handle { get; set; }

    public bool Closing { get; set; }

    /// <summary>What went wrong when it closed.</summary>
    public string? Problem { get; set; }

    public TaskCompletionSource<bool>? Dropping { get; set; }

    /// <summary>Its files go to this folder, and an empty database takes its place.</summary>
    public (string Folder, bool Replicates, TaskCompletionSource<string?> Done)? SettingAside { get; set; }

    public List<TaskCompletionSource<(IDatabaseHandle Database, bool Created)>> Creating { get; } = [];

    public void Refuse(Exception reason)
    {
        foreach (var waiting in Creating) waiting.TrySetException(reason);
        Creating.Clear();
        Dropping?.TrySetException(reason);
        SettingAside?.Done.TrySetException(reason);
    }
}
