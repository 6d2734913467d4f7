using Akka.Actor;
using Harper.Core.Identity;

namespace Harper.Actors.Peers;

/// <summary>
/// Sockets of one peer for one database beside the one that serves our own changes. An original opens one for each node that it cannot reach, to hear of it through us (W 10), and
/// what a socket is for shows only with its request. One that was removed and added again may hold two for our own changes, and dials each anew that is closed: both are served, as it
/// does itself; what comes twice is a duplicate there. Bounded: beyond <see cref="Most"/> the oldest goes.
/// </summary>
internal sealed class SocketsBeside
{
    /// <summary>More nodes than an original should lose at once and still be reachable itself.</summary>
    public const int Most = 64;

    private readonly List<(IActorRef Connection, NodeName? RelayOf, bool Serves)> _sockets = [];

    public IEnumerable<IActorRef> All => _sockets.Select(socket => socket.Connection);

    /// <summary>Null, or the one that has to go for it.</summary>
    /// <param name="serves">It is known to ask for our own changes.</param>
    public IActorRef? Add(IActorRef connection, bool serves = false)
    {
        _sockets.Add((connection, null, serves));
        return _sockets.Count > Most ? Oldest() : null;
    }

    /// <summary>Takes out the newest that asks for our own changes; null when there is none.</summary>
    public IActorRef? TakeServing()
    {
        var serving = _sockets.LastOrDefault(socket => socket.Serves).Connection;
        if (serving is not null) Remove(serving);
        return serving;
    }

    public bool Remove(IActorRef connection) => _sockets.RemoveAll(socket => socket.Connection.Equals(connection)) > 0;

    /// <summary>The connection asks for what another node wrote. Null, or the one that it replaces.</summary>
    public IActorRef? Relays(IActorRef connection, NodeName origin)
    {
        var before = _sockets.FirstOrDefault(socket => socket.RelayOf == origin && !socket.Connection.Equals(connection)).Connection;
        if (before is not null) Remove(before);
        Remove(connection);
        _sockets.Add((connection, origin, false));
        return before;
    }

    private IActorRef Oldest()
    {
        var oldest = _sockets[0].Connection;
        _sockets.RemoveAt(0);
        return oldest;
    }
}
