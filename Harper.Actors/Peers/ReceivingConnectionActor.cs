using Akka.Actor;
using Harper.Actors.Describe;
using Harper.Core.Identity;

namespace Harper.Actors.Peers;

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
