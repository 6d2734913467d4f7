using System.Collections.Concurrent;
using Akka.Actor;
using Harper.Actors.Admin;
using Harper.Actors.Certificates;
using Harper.Actors.Membership;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Identity;

namespace Harper.Actors.ControlPlane;

/// <summary>What the control plane works with, and what it knows beyond the life of one actor system. Any thread.</summary>
internal sealed class ControlParts(
    ControlSettings settings, ControlAddress self, MembershipView view, PeerBoard board, IPeerTransport transport, LiveCertificates? live)
{
    private readonly ConcurrentDictionary<NodeName, ControlAddress> _addresses = new();
    private volatile ControlSystem? _current;

    public ControlSettings Settings { get; } = settings;

    public ControlAddress Self { get; } = self;

    public MembershipView View { get; } = view;

    public PeerBoard Board { get; } = board;

    public IPeerTransport Transport { get; } = transport;

    public ControlDoor Door { get; } = new(view, live);

    public required PeerSocketSettings Sockets { get; init; }

    public required AdminSettings Admin { get; init; }

    /// <summary>The actor system that runs now; null while there is none.</summary>
    public ControlSystem? Current
    {
        get => _current;
        set => _current = value;
    }

    public void Learn(NodeName node, string? url)
    {
        if (ControlAddress.Of(node, url) is { } address) _addresses[node] = address;
    }

    public ControlAddress? AddressOf(NodeName node) => node == Self.Node ? Self : _addresses.GetValueOrDefault(node);

    /// <summary>The node at one of Akka's addresses, when it is known.</summary>
    public ControlAddress? At(Address address) =>
        _addresses.Values.Append(Self).FirstOrDefault(known => known.Host == address.Host && known.Port == address.Port);

    /// <summary>Whose address this is. A member that this node does not know by itself is called by its host.</summary>
    public NodeName? NameOf(Address address)
    {
        if (address.Host is not { } host) return null;
        return At(address)?.Node ?? new NodeName(host);
    }
}
