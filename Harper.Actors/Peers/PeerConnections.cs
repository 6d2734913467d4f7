using Akka.Actor;
using Harper.Actors.Databases;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Peers;

/// <summary>How PeerActor makes the actors of its connections; composition names the real ones, specs others.</summary>
public sealed record PeerConnections(Func<ReceivingConnection, Props> Receiving, Func<SendingConnection, Props> Sending);

/// <summary>A socket that we dialled: what its actor is given.</summary>
/// <param name="Filter">What may be asked for.</param>
/// <param name="StartTime">The first copy takes only data after it (epoch milliseconds); null: everything. Never for <c>system</c> (R-SYN-07).</param>
/// <param name="Number">Numbers the connections of this peer; the last part of the actor's name.</param>
public sealed record ReceivingConnection(
    NodeName Self, NodeName Peer, IDatabaseHandle Database, IPeerSocket Socket, TableFilter Filter, double? StartTime, int Number);

/// <summary>A socket that the peer dialled: what its actor is given.</summary>
/// <param name="Database">Null: there is no such database here; it is answered with an empty schema and kept silent.</param>
/// <param name="Filter">What may be served; none: the subscription is refused with 1008.</param>
/// <param name="First">The peer's NODE_NAME, already read from the socket.</param>
public sealed record SendingConnection(
    NodeName Self, NodeName Peer, DatabaseName Name, IDatabaseHandle? Database, IPeerSocket Socket, TableFilter Filter,
    ReadOnlyMemory<byte> First, int Number);
