using Akka.Actor;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;

namespace Harper.Actors.Peers;

/// <summary>What a PeerActor holds for one database: how dialling stands, the two connections and what was last said of them.</summary>
internal sealed class PeerDatabase(DatabaseName name)
{
    private readonly Dictionary<int, long> _counted = [];

    public DatabaseName Name { get; } = name;

    public DialState Dial { get; set; } = DialState.New;

    /// <summary>As it was known last: a connection that is refused says nothing of it.</summary>
    private PeerKind _kind;

    public IActorRef? Receiving { get; set; }

    public ConnectionStatus? ReceivingStatus { get; set; }

    /// <summary>Somebody asked for a copy: how many had come to their end on the connection before; null when nobody did, or it is done.</summary>
    public int? Resyncing { get; set; }

    public IActorRef? Sending { get; set; }

    public ConnectionStatus? SendingStatus { get; set; }

    /// <summary>What else the peer dialled for this database.</summary>
    public SocketsBeside Beside { get; } = new();

    /// <summary>All that the peer dialled for this database.</summary>
    public IEnumerable<IActorRef> Sockets => Sending is null ? Beside.All : Beside.All.Append(Sending);

    public TableFilter? ReceivingFilter { get; set; }

    public TableFilter? SendingFilter { get; set; }

    public PeerConnectionError? LastError { get; set; }

    public CopiedTraffic Copied { get; private set; }

    public bool IsConnected => Receiving is not null && ReceivingStatus is { Connected: true };

    public DatabaseConnectionStatus Status => new(
        Name, ReceivingStatus, SendingStatus, IsConnected, IsConnected ? null : Dial.DisconnectedSinceMs, LastError, Dial.Failures, Copied);

    /// <summary>The peer has it. True: it had said never again, as an original does that drops a database, so it was made again there, and may be dialled.</summary>
    public bool IsThereAgain()
    {
        if (Dial.Phase != DialPhase.GivenUp) return false;
        Dial = Dial.Encouraged();
        return true;
    }

    public static DialEnd EndOf(ConnectionEndKind kind) => kind switch
    {
        ConnectionEndKind.Resume => DialEnd.Resume,
        ConnectionEndKind.Refused => DialEnd.Refused,
        ConnectionEndKind.ForGood => DialEnd.ForGood,
        _ => DialEnd.Lost,
    };

    /// <summary>Counts what a connection copied since it was counted last, whether it was replaced meanwhile or not.</summary>
    /// <param name="ended">It will say nothing more.</param>
    public void Count(ConnectionStatus status, bool ended = false)
    {
        var more = status.CopiedBytes - _counted.GetValueOrDefault(status.Number);
        Copied = status.Direction == ConnectionDirection.Receiving ? Copied with { Received = Copied.Received + more } : Copied with { Sent = Copied.Sent + more };
        if (ended) _counted.Remove(status.Number);
        else _counted[status.Number] = status.CopiedBytes;
    }

    /// <summary>What the peer is; unknown says nothing new.</summary>
    public PeerDatabase Saw(PeerKind kind)
    {
        if (kind != PeerKind.Unknown) _kind = kind;
        return this;
    }

    /// <summary>How soon the peer is dialled again for this database.</summary>
    public ReconnectPolicy Reconnect(ReconnectPolicy policy) => _kind is PeerKind.Original4 or PeerKind.Original5 ? policy.TowardsOriginals : policy;

    /// <summary>On <c>system</c>: what is not at one of both ends yet is made there because it is announced (W 3.5); links that open later are announced then.</summary>
    public void SpeakOf(IReadOnlyList<DatabaseName> opened)
    {
        Receiving?.Tell(ConnectionProtocol.PlanMoved.Instance);
        foreach (var database in opened)
            foreach (var sending in Sockets) sending.Tell(new ConnectionProtocol.DatabaseOpened(database));
    }

    /// <summary>Asks the peer for a copy. Null, or why not.</summary>
    public string? Resync(NodeName peer)
    {
        if (!IsConnected || Receiving is not { } receiving) return $"there is no connection to {peer} for database '{Name}'";
        Resyncing = ReceivingStatus?.CopiesCompleted ?? 0;
        receiving.Tell(ConnectionProtocol.Resync.Instance);
        return null;
    }

    /// <summary>Copies to the peer, an original. Null, or why not.</summary>
    public string? CopyTo(NodeName peer)
    {
        if (Sending is not { } sending || SendingStatus is not { Connected: true } status) return $"{peer} has no connection to this node for database '{Name}'";
        if (status.PeerKind != PeerKind.Original4) return $"{peer} can fetch it itself: run resync_database there, with 'from'";
        sending.Tell(ConnectionProtocol.CopyTo.Instance);
        return null;
    }

    /// <summary>The connection that was asked for a copy is gone before its end: the new one is asked.</summary>
    public bool TakesUpResync()
    {
        if (Resyncing is null) return false;
        Resyncing = 0;
        return true;
    }

    /// <summary>The peer dialled once more. Null, or the connection that has to go for this one.</summary>
    /// <param name="replaces">Between ours: the one that stood is over. An original has not said yet what the new one is for.</param>
    public IActorRef? Accept(IActorRef connection, bool replaces)
    {
        if (Sending is not null && !replaces) return Beside.Add(connection);
        var before = Sending;
        (Sending, SendingStatus) = (connection, null);
        return before;
    }

    /// <summary>A connection said what it is for. Null, or the one that has to go for it; another one for our own changes stays.</summary>
    /// <param name="relayOf">Another node, whose changes are asked for alone; null: ours are among them.</param>
    public IActorRef? Asked(IActorRef connection, NodeName? relayOf)
    {
        var serves = connection.Equals(Sending);
        if (relayOf is { } origin)
        {
            if (serves) (Sending, SendingStatus) = (Beside.TakeServing(), null);
            return Beside.Relays(connection, origin);
        }

        if (serves || !Beside.Remove(connection)) return null;
        var before = Sending;
        (Sending, SendingStatus) = (connection, null);
        return before is null ? null : Beside.Add(before, serves: true);
    }

    /// <summary>The connection for our own changes is over; one beside it that asks for them takes its place.</summary>
    public void EndSending()
    {
        Sending = Beside.TakeServing();
        if (Sending is not null) SendingStatus = null;
    }

    /// <summary>Takes a status from one of the two; false when it is from a connection that was replaced.</summary>
    public bool Take(IActorRef connection, ConnectionStatus status)
    {
        Saw(status.PeerKind);
        if (connection.Equals(Receiving))
        {
            ReceivingStatus = status;
            if (status.CopiesCompleted > Resyncing) Resyncing = null;
            if (status.Connected) Dial = Dial.Answering();
            return true;
        }
        if (!connection.Equals(Sending)) return false;
        SendingStatus = status;
        return true;
    }
}
