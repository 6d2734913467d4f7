using Harper.Actors.ControlPlane;
using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Storage;
using Harper.Core.Time;

namespace Harper.Actors.Node;

/// <summary>Makes the engine of a database over its open store; the engine disposes the store. <paramref name="now"/>: milliseconds since 1970.</summary>
public delegate IDatabaseEngine OpenEngine(DatabaseName name, IOrderedStore store, double now);

/// <summary>What the host gives the node, and the node its features. Put together once, before the first actor starts.</summary>
public sealed record NodeServices
{
    public required NodeName Self { get; init; }

    public required IClock Clock { get; init; }

    public required NodeSettings Settings { get; init; }

    public required IStoreFactory Stores { get; init; }

    public required OpenEngine OpenEngine { get; init; }

    public required DatabaseFolders Folders { get; init; }

    /// <summary>The node cannot go on (a store is lost): the host logs the reason, stops everything and ends with a failure.</summary>
    public required Action<string> Fail { get; init; }

    /// <summary>There may be peers that have more of this node than it has itself: databases that were here before take local writes once they were asked (rule 16).</summary>
    public bool AsksPeers { get; init; }

    public IClusterMembers Members { get; init; } = NoMembers.Instance;

    /// <summary>The view into other nodes; null without a control plane.</summary>
    public IRemoteView? Others { get; init; }

    /// <summary>All open databases; filled once the node is ready.</summary>
    public DatabaseDirectory Databases { get; } = new();
}
