using Akka.Actor;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Peers;

/// <summary>A socket that we dialled and that is open.</summary>
/// <param name="Peer">The name under which it was dialled: what NODE_NAME must say.</param>
/// <param name="Receives">What may be taken (DatabaseLink.Receives).</param>
/// <param name="StartTime">The first copy takes only data after it (epoch milliseconds); null: everything. Never for <c>system</c> (R-SYN-07).</param>
public sealed record ReceivingConnection(
    NodeName Peer, IDatabaseHandle Database, TableFilter Receives, double? StartTime, int Number, IPeerSocket Socket);

/// <summary>
/// A socket that we dialled, from open to closed: subscribes and applies what comes. Parent: PeerActor, which is told
/// <see cref="ConnectionProtocol.StatusChanged"/> and at the end <see cref="ConnectionProtocol.Ended"/>. It owns the socket; when it fails, the socket closes and it stops.
/// </summary>
public sealed class ReceivingConnectionActor : DescribedActor
{
    public static Props Props(ConnectionServices services, ReceivingConnection connection) =>
        Akka.Actor.Props.Create(() => new ReceivingConnectionActor(services, connection)).WithDeploy(Deploy.Local);

    private ReceivingConnectionActor(ConnectionServices services, ReceivingConnection connection) => throw new NotImplementedException();

    /// <summary>The name below its PeerActor.</summary>
    public static string NameOf(DatabaseName database, int number) => $"receiving-{Node.NodePaths.Escape(database.Value)}-{number}";

    protected override string DescribeState() => throw new NotImplementedException();
}
