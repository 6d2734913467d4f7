using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;

namespace Harper.Actors.Peers;

/// <summary>What a connection actor and its PeerActor say to each other.</summary>
public static class ConnectionProtocol
{
    public interface ICommand;

    public interface IEvent;

    /// <summary>Connection → parent: where it stands.</summary>
    public sealed record StatusChanged(ConnectionStatus Status) : IEvent;

    /// <summary>Sending connection → parent: what it was asked for.</summary>
    /// <param name="RelayOf">Another node, when nothing of this one is wanted.</param>
    public sealed record Asked(DatabaseName Database, NodeName? RelayOf) : IEvent;

    /// <summary>Receiving connection of <c>system</c> → parent: the peer has this database, with tables in it.</summary>
    public sealed record Announced(DatabaseName Database) : IEvent;

    /// <summary>Connection → parent, once, before it stops: the socket is closed or is being closed.</summary>
    /// <param name="Status">Its last.</param>
    public sealed record Ended(ConnectionStatus Status, ConnectionEnd End) : IEvent;

    /// <summary>Parent → connection: close with this code and reason. <paramref name="ForGood"/>: DISCONNECT first, so that an original does not dial again.</summary>
    public sealed record Close(int Code, string Reason, bool ForGood = false) : ICommand;

    /// <summary>Parent → receiving connection: copy the database from this peer by merging, now (<c>resync_database</c>, rule 23).</summary>
    public sealed record Resync : ICommand
    {
        public static readonly Resync Instance = new();
    }

    /// <summary>Parent → sending connection: copy the database to this peer, an original, now.</summary>
    public sealed record CopyTo : ICommand
    {
        public static readonly CopyTo Instance = new();
    }

    /// <summary>Parent → sending connection of <c>system</c>: more of this database may go to the peer than before, which may not have it yet.</summary>
    public sealed record DatabaseOpened(DatabaseName Database) : ICommand;

    /// <summary>Parent → receiving connection of <c>system</c>: what may be taken from the peer, also of databases that are not here, may be more than before.</summary>
    public sealed record PlanMoved : ICommand
    {
        public static readonly PlanMoved Instance = new();
    }

    /// <summary>Parent → connection: what may pass has changed. Sending: applied at once; receiving: asked for anew, added tables are copied (rule 20).</summary>
    public sealed record FilterChanged(TableFilter Filter) : ICommand;
}

/// <param name="Code">WebSocket close code; 0 when the connection broke without one.</param>
/// <param name="MadeProgress">Something durable came of it: the reconnect delay starts over.</param>
public sealed record ConnectionEnd(ConnectionEndKind Kind, int Code, string Reason, bool MadeProgress);
