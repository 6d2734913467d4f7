using System.Collections.Immutable;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;
using Harper.Actors.Admin;
using Harper.Core.Identity;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Harper.Actors.ControlPlane;

/// <summary>
/// One life of the control plane: an actor system of its own with Akka.Cluster over our sockets, apart from the node's, so that no other node can
/// reach an actor of the data plane and none of it costs anything before there is somebody to talk to. Thrown away and made anew rather
/// than mended, since clusters that formed apart never merge.
/// </summary>
internal sealed class ControlSystem
{
    private static readonly TimeSpan LeaveDeadline = TimeSpan.FromSeconds(3);

    private readonly ActorSystem _system;
    private readonly AkkaCluster _cluster;
    private readonly Func<Address, NodeName?> _nameOf;

    private ControlSystem(ActorSystem system, Func<Address, NodeName?> nameOf)
    {
        _system = system;
        _nameOf = nameOf;
        _cluster = AkkaCluster.Get(system);
    }

    /// <summary>Members that count: up or weakly up, whether reachable or not. Empty before this node joined.</summary>
    public ImmutableArray<NodeName> Members => IsMember
        ? [.. _cluster.State.Members.Where(Counts).Select(member => _nameOf(member.Address)).OfType<NodeName>()]
        : [];

    public ImmutableArray<NodeName> Unreachable => [.. _cluster.State.Unreachable.Select(member => _nameOf(member.Address)).OfType<NodeName>()];

    public bool IsMember => Counts(_cluster.SelfMember);

    public static ControlSystem Start(ControlSettings settings, ControlTransportSetup setup, IAdminView view, Func<Address, NodeName?> nameOf)
    {
        var address = ConfigurationFactory.ParseString($$"""
            akka.remote.harper.hostname = "{{setup.Self.Host}}"
            akka.remote.harper.port = {{setup.Self.Port}}
            """);
        var system = ActorSystem.Create(
            ControlAddress.SystemName, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(address.WithFallback(settings.System)), setup));
        system.ActorOf(InspectionActor.Props(view), "inspection");
        return new ControlSystem(system, nameOf);
    }

    public void Join(IEnumerable<ControlAddress> seeds) => _cluster.JoinSeedNodes(seeds.Select(seed => seed.Akka));

    public void Down(ControlAddress member) => _cluster.Down(member.Akka);

    public ActorSelection Inspection(ControlAddress node) => _system.ActorSelection(new RootActorPath(node.Akka) / "user" / "inspection");

    /// <summary>Leaves if it can, then ends. Never throws.</summary>
    /// <param name="leave">False: the node itself ends, and its members see that soon enough.</param>
    public async Task StopAsync(bool leave)
    {
        if (leave && IsMember) await _cluster.LeaveAsync().WaitAsync(LeaveDeadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _system.Terminate().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static bool Counts(Member member) => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp;
}
