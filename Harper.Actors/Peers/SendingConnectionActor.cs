using Akka.Actor;
using Harper.Actors.Describe;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Peers;

/// <summary>A socket that a peer dialled, identified and admitted.</summary>
/// <param name="Peer">Who it is by its admission; NODE_NAME may say another name (the acceptor does not compare).</param>
/// <param name="First">Its NODE_NAME, which named the database. Messages before it (operations) are the acceptor's to answer.</param>
/// <param name="Sends">What may be served of that database; none: the subscription is refused with 1008.</param>
public sealed record SendingConnection(NodeName Peer, ControlFrame.PeerName First, TableFilter Sends, int Number, IPeerSocket Socket);

/// <summary>
/// A socket that a peer dialled, from its NODE_NAME to its close: streams the log or a base copy. Parent: PeerActor, which is told
/// <see cref="ConnectionProtocol.StatusChanged"/> and at the end <see cref="ConnectionProtocol.Ended"/>. It owns the socket; when it fails, the socket closes and it stops.
/// </summary>
public sealed class SendingConnectionActor : DescribedActor
{
    public static Props Props(ConnectionServices services, SendingConnection connection) =>
        Akka.Actor.Props.Create(() => new SendingConnectionActor(services, connection)).WithDeploy(Deploy.Local);

    private SendingConnectionActor(ConnectionServices services, SendingConnection connection) => throw new NotImplementedException();

    /// <summary>The name below its PeerActor.</summary>
    public static string NameOf(DatabaseName database, int number) => $"sending-{Node.NodePaths.Escape(database.Value)}-{number}";

    protected override string DescribeState() => throw new NotImplementedException();
}
