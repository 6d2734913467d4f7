using Akka.Actor;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;

namespace Harper.Tests.Support;

/// <summary>A connection that names itself and then only stands: what peers and membership do is seen without any data flowing.</summary>
internal sealed class IdleConnectionActor : ReceiveActor
{
    private readonly IPeerSocket _socket;
    private readonly CancellationTokenSource _stopping = new();
    private ConnectionStatus _status;

    /// <summary>For ClusterNodeOptions.Connections.</summary>
    public static PeerConnections Connections(ConnectionServices services) => new(
        connection => Props.Create(() => new IdleConnectionActor(
            services.Self, connection.Peer, connection.Database.Name, ConnectionDirection.Receiving, connection.Receives, connection.Number, connection.Socket)),
        connection => Props.Create(() => new IdleConnectionActor(
            services.Self, connection.Peer, connection.First.Database, ConnectionDirection.Sending, connection.Sends, connection.Number, connection.Socket)));

    public IdleConnectionActor(
        NodeName self, NodeName peer, DatabaseName database, ConnectionDirection direction, TableFilter filter, int number, IPeerSocket socket)
    {
        _socket = socket;
        _status = new ConnectionStatus { Direction = direction, Peer = peer, Database = database, Number = number, State = "open" };
        var parent = Context.Parent;
        Receive<string>(_ =>
        {
            _status = _status with { State = "idle", Connected = true };
            parent.Tell(new ConnectionProtocol.StatusChanged(_status));
        });
        Receive<ConnectionProtocol.FilterChanged>(changed => filter = changed.Filter);
        Receive<ConnectionProtocol.Close>(close => socket.CloseAsync(new PeerClose(close.Code, close.Reason)));
        Receive<PeerClose>(close =>
        {
            var kind = close.Code == PeerClose.Policy ? ConnectionEndKind.Refused : ConnectionEndKind.Lost;
            parent.Tell(new ConnectionProtocol.Ended(_status with { Connected = false }, new ConnectionEnd(kind, close.Code, close.Reason, false)));
            Context.Stop(Self);
        });
        var actor = Self;
        Task.Run(() => RunAsync(self, database, direction == ConnectionDirection.Receiving, filter.IsNone, actor));
    }

    protected override void PostStop()
    {
        _stopping.Cancel();
        _ = _socket.DisposeAsync().AsTask();
    }

    private async Task RunAsync(NodeName self, DatabaseName database, bool dialled, bool refuse, IActorRef actor)
    {
        try
        {
            var name = ControlFrameCodec.Encode(new ControlFrame.PeerName(self, database, []));
            _socket.Identified();
            if (refuse) await _socket.CloseAsync(new PeerClose(PeerClose.Policy, $"Unauthorized database subscription to {database}"));
            else await _socket.SendAsync(name, _stopping.Token);
            if (!dialled) actor.Tell("open");
            while (await _socket.ReceiveAsync(_stopping.Token) is not null) actor.Tell("open");
        }
        catch (Exception error) when (error is PeerTransportException or OperationCanceledException)
        {
            // Told by Ended below.
        }
        actor.Tell(await _socket.Ended);
    }
}
