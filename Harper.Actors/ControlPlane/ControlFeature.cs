using Akka.Actor;
using Akka.Configuration;
using Harper.Actors.Admin;
using Harper.Actors.Certificates;
using Harper.Actors.Membership;
using Harper.Actors.Node;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.ControlPlane;

/// <summary>
/// The control plane, put together once by the host: the actor for the node's tree, the door for <c>/control</c> on the replication port, and the view
/// into other nodes. There is none on a node without a replication port, nor when harper.hocon switches it off.
/// </summary>
public sealed class ControlFeature : IRemoteView
{
    /// <summary>Longer than most trees take; one that takes longer is answered all the same.</summary>
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(3);

    private readonly ControlParts _parts;

    private ControlFeature(ControlParts parts) => _parts = parts;

    public IControlAcceptor Acceptor => _parts.Door;

    /// <summary>Null: this node takes no part.</summary>
    public static ControlFeature? Create(
        Config config, MembershipView view, PeerBoard board, IPeerTransport transport, PeerSocketSettings sockets, LiveCertificates? live = null)
    {
        var settings = ControlSettings.Create(config);
        if (!settings.Enabled || ControlAddress.Of(view.Settings.Self, view.Settings.Url) is not { } self) return null;
        var admin = AdminSettings.Create(SettingsSection.Of(config, "harper.admin"));
        return new ControlFeature(new ControlParts(settings, self, view, board, transport, live) { Sockets = sockets, Admin = admin });
    }

    public Props Props(NodeServices services) => ControlPlaneActor.Props(_parts, services.Clock);

    public async Task<ActorTree?> FindAsync(NodeName node, string path, TimeSpan deadline, CancellationToken cancellation)
    {
        if (_parts.Current is not { IsMember: true } joined)
            throw new OperationError(503, "This node is not on the control plane: it knows no other node of its kind, or is still joining.");
        if (!joined.Members.Contains(node) || _parts.AddressOf(node) is null)
            throw OperationError.NotFound($"'{node}' is not on the control plane; there are {string.Join(", ", joined.Members.Order())}");
        var question = new ControlProtocol.SeeTree(path, (long)deadline.TotalMilliseconds);
        try
        {
            var seen = await RepeatedQuestion.AskAsync(
                    token => _parts is { Current: { IsMember: true } system } && _parts.AddressOf(node) is { } address
                        ? system.Inspection(address).Ask<ControlProtocol.TreeSeen>(question, Timeout.InfiniteTimeSpan, token) : null,
                    AgainAfter, deadline + TimeSpan.FromSeconds(2), TimeProvider.System, cancellation)
                .ConfigureAwait(false);
            return seen.Problem.Length > 0 ? throw new OperationError(503, $"'{node}': {seen.Problem}") : SeenTree.Rebuild(seen.Actors);
        }
        catch (TimeoutException)
        {
            throw new OperationError(503, $"'{node}' did not answer in time.");
        }
    }
}
