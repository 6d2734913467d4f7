using Akka.Actor;
using Akka.Actor.Setup;
using Harper.Actors.Transport;

namespace Harper.Actors.ControlPlane;

/// <summary>What the transport of a control actor system works with; handed to it through the system's setup.</summary>
/// <param name="self">The address that others know this node by.</param>
/// <param name="addressOf">The node at one of Akka's addresses, as its record says it is dialled; null when nobody knows.</param>
internal sealed class ControlTransportSetup(
    ControlAddress self, ControlDoor door, IPeerTransport transport, PeerSocketSettings sockets, Func<Address, ControlAddress?> addressOf) : Setup
{
    public ControlAddress Self { get; } = self;

    public Func<Address, ControlAddress?> AddressOf { get; } = addressOf;

    public ControlDoor Door { get; } = door;

    public IPeerTransport Transport { get; } = transport;

    public PeerSocketSettings Sockets { get; } = sockets;
}
