using Akka.Actor;
using Harper.Actors.Describe;
using Harper.Core.Identity;

namespace Harper.Actors.Peers;

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
