using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;
using Akka.Remote.Transport;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using AkkaTransport = Akka.Remote.Transport.Transport;

namespace Harper.Actors.ControlPlane;

/// <summary>
/// Akka.Remote over our own sockets: dials <c>/control</c> on the peer's replication port, and takes what the door lets in. It opens no port of
/// its own. Made by Akka from the configuration; what it works with comes in the system's <see cref="ControlTransportSetup"/>.
/// </summary>
internal sealed class ControlTransport : AkkaTransport
{
    private static readonly TimeSpan DialDeadline = TimeSpan.FromSeconds(5);

    private readonly ControlTransportSetup _setup;
    private readonly TaskCompletionSource<IAssociationEventListener> _listener = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<ControlAssociation, byte> _associations = new();
    private readonly Func<IPeerSocket, NodeName, Task> _accept;
    private readonly Address _local;
    private int _inbound;

    public ControlTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        SchemeIdentifier = ControlAddress.Scheme;
        MaximumPayloadBytes = config.GetByteSize("maximum-payload-bytes") ?? 4 << 20;
        var setup = system.Settings.Setup.Get<ControlTransportSetup>();
        _setup = setup.HasValue ? setup.Value : throw new ConfigurationException("The control plane's transport needs its setup.");
        _local = new Address(ControlAddress.Scheme, system.Name, _setup.Self.Host, _setup.Self.Port);
        _accept = AcceptAsync;
    }

    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        _setup.Door.Open(_accept);
        return Task.FromResult((_local, _listener));
    }

    public override bool IsResponsibleFor(Address remote) => true;

    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        // A member that this node knows only by its address is dialled as this node is: a cluster is secure or it is not.
        var target = _setup.AddressOf(remoteAddress) ?? new ControlAddress(new NodeName(remoteAddress.Host!), remoteAddress.Host!, remoteAddress.Port ?? 0, _setup.Self.Secure);
        try
        {
            var dial = new PeerDial(target.Url, PeerDial.LocalAddressOf(_setup.Self.Node.Value), [], DialDeadline, _setup.Sockets) { Peer = target.Node };
            var socket = await _setup.Transport.DialAsync(dial, CancellationToken.None).ConfigureAwait(false);
            return Track(new ControlAssociation(_local, remoteAddress, socket));
        }
        catch (PeerTransportException failure)
        {
            throw new InvalidAssociationException(failure.Message, failure);
        }
    }

    public override async Task<bool> Shutdown()
    {
        _setup.Door.Close(_accept);
        var running = _associations.Keys.ToList();
        foreach (var association in running) association.End();
        await Task.WhenAll(running.Select(association => association.Running)).ConfigureAwait(false);
        return true;
    }

    // The inbound handle's remote address is a placeholder: Akka's own handshake says who it is.
    private async Task AcceptAsync(IPeerSocket socket, NodeName peer)
    {
        var listener = await _listener.Task.ConfigureAwait(false);
        var remote = new Address(ControlAddress.Scheme, System.Name, peer.Value, 1 + (Interlocked.Increment(ref _inbound) % 65_000));
        var association = Track(new ControlAssociation(_local, remote, socket));
        listener.Notify(new InboundAssociation(association));
        await association.Running.ConfigureAwait(false);
    }

    private ControlAssociation Track(ControlAssociation association)
    {
        _associations[association] = 0;
        _ = association.Running.ContinueWith(_ => _associations.TryRemove(association, out var _), TaskScheduler.Default);
        return association;
    }
}
