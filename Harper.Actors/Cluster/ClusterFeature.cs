using System.Text.Json;
using Harper.Actors.Certificates;
using Harper.Actors.Configuration;
using Harper.Actors.Databases;
using Harper.Actors.Membership;
using Harper.Actors.Node;
using Harper.Actors.Operations;
using Harper.Actors.Operations.Verification;
using Harper.Actors.Peers;
using Harper.Actors.Subscriptions;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Time;
using Microsoft.Extensions.Logging;

namespace Harper.Actors.Cluster;

/// <summary>What the host gives the cluster part.</summary>
public sealed record ClusterParts
{
    public required MembershipSettings Membership { get; init; }

    public required Guid NodeId { get; init; }

    public required IPeerTransport Transport { get; init; }

    public required IPeerCredentials Credentials { get; init; }

    public required IClock Clock { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    /// <summary>How long a write waits for others that does not say it itself.</summary>
    public TimeSpan ConfirmationDeadline { get; init; } = TimeSpan.FromSeconds(110);

    /// <summary>While a peer cannot be reached its changes are taken from others (<c>replication.failOver</c>).</summary>
    public bool FailOver { get; init; } = true;

    /// <summary>How often idle peers compare themselves (rule 28); zero: never by themselves.</summary>
    public TimeSpan CompareInterval { get; init; } = TimeSpan.FromHours(1);

    public PeerSocketSettings Sockets { get; init; } = new();

    /// <summary>What is known of the members; made here when nobody needs it before.</summary>
    public MembershipView? View { get; init; }

    /// <summary>Where credentials that shall be kept are; null: they are not.</summary>
    public RetainedCredentials? Retained { get; init; }

    /// <summary>Null: the node has no certificates and neither signs nor speaks TLS.</summary>
    public CertificateFeature? Certificates { get; init; }

    /// <summary>Every acknowledged write of this node is on disk (<c>storage.durability: sync</c>).</summary>
    public bool Synced { get; init; } = true;

    public ConnectionSettings Connections { get; init; } = ConnectionSettings.Default;

    public ReconnectPolicy Reconnect { get; init; } = ReconnectPolicy.Default;

    /// <summary>The actors of connections.</summary>
    public Func<ConnectionServices, PeerConnections> Actors { get; init; } = services => new PeerConnections(
        connection => ReceivingConnectionActor.Props(services, connection), connection => SendingConnectionActor.Props(services, connection));
}

/// <summary>
/// Everything that makes a node a member of a cluster, put together once: the actors for the node's tree, the door of the replication port, the operations.
/// In order: this, the node with <see cref="Children"/>, the catalogue with <see cref="CreateOperations"/>, then <see cref="Attach"/>.
/// </summary>
public sealed class ClusterFeature
{
    private readonly ClusterParts _parts;
    private readonly PeerCalls _calls;
    private readonly PeerOperations _operations = new();
    private readonly PeerAcceptor _acceptor;
    private DatabaseComparison? _comparison;

    public ClusterFeature(ClusterParts parts)
    {
        _parts = parts;
        View = parts.View ?? new MembershipView(parts.Membership);
        _calls = new PeerCalls(parts.Transport, parts.Membership.Self, parts.Sockets);
        Confirmations = new PeerConfirmations(View, parts.ConfirmationDeadline);
        Forwarding = new OperationForwarding(View, _calls);
        if (parts.Retained is { } retained)
        {
            View.Changed += snapshot =>
            {
                foreach (var removed in snapshot.Records.Removed) retained.Forget(removed);
            };
        }
        _acceptor = new PeerAcceptor(View, parts.Credentials, _operations, parts.Loggers.CreateLogger<PeerAcceptor>(), parts.Certificates?.Tls.Live);
        parts.Certificates?.UseSigners(new CertificateSigners(View, Board, _calls).SignAsync);
    }

    public MembershipView View { get; }

    /// <summary>What is known of every peer, for demonstrations and reports.</summary>
    public PeerBoard Board { get; } = new();

    /// <summary>For writes that wait until others have them.</summary>
    public PeerConfirmations Confirmations { get; }

    public IPeerAcceptor Acceptor => _acceptor;

    public IOperationForwarding Forwarding { get; }

    /// <summary>The membership and the peers below the node.</summary>
    public NodeChildren Children => new()
    {
        Certificates = _parts.Certificates is { } certificates ? certificates.Props : null,
        Membership = node => MembershipActor.Props(View, node.Databases),
        Peers = (node, _) => PeersActor.Props(PeersServicesFor(node.Databases), _acceptor),
    };

    public IOperationFamily CreateOperations(IDatabaseDirectory databases, IConfigurationStore configuration)
    {
        var membership = new MembershipClient(View);
        var introduction = new NodeIntroduction(
            membership, _calls, _parts.Certificates is { } certificates ? new IntroductionCertificates(certificates.Client) : null, _parts.Retained,
            _parts.Loggers.CreateLogger<NodeIntroduction>());
        var removal = new NodeRemoval(membership, _calls, Board, _parts.Loggers.CreateLogger<NodeRemoval>());
        return new ClusterOperations(
            introduction,
            removal,
            new RouteOperations(membership, configuration, introduction),
            ReportOf(databases),
            new ResyncOperation(_acceptor));
    }

    /// <summary>What cluster_status says, of what is known now.</summary>
    public void WriteStatus(IDatabaseDirectory databases, Utf8JsonWriter writer) => ReportOf(databases).Write(writer, View.Current);

    private ClusterStatusReport ReportOf(IDatabaseDirectory databases) =>
        new(View, Board, databases, new SocketStatusWriter(_parts.Membership.Self, new OutgoingBacklog(), _parts.Clock), ComparisonOf(databases));

    /// <summary>Comparing with the other members, and healing (rule 28).</summary>
    public IOperationFamily CreateVerification(IDatabaseDirectory databases) =>
        new VerifyOperation(databases, ComparisonOf(databases));

    private IEnumerable<NodeName> Members(DatabaseName database) =>
        View.Current.Plan.Peers.Values.Where(peer => peer.Dialled.Any(link => link.Database == database)).Select(peer => peer.Peer);

    internal DatabaseComparison ComparisonOf(IDatabaseDirectory databases) => LazyInitializer.EnsureInitialized(ref _comparison, () => new DatabaseComparison(
        databases, new VerificationPeers(View, Board, _calls), () => _parts.Clock.NowMs, _parts.Loggers.CreateLogger<DatabaseComparison>()))!;

    /// <summary>From now on operations that other nodes send are run.</summary>
    public void Attach(OperationDispatcher dispatcher) => _operations.Attach(dispatcher);

    private PeersServices PeersServicesFor(IDatabaseDirectory databases) => new()
    {
        View = View,
        Databases = databases,
        Transport = _parts.Transport,
        Board = Board,
        Clock = _parts.Clock,
        Sockets = _parts.Sockets,
        Synced = _parts.Synced,
        Reconnect = _parts.Reconnect,
        Comparison = ComparisonActor.Props(ComparisonOf(databases), _parts.CompareInterval),
        HeadersFor = peer => _parts.Retained?.Find(peer) is { } header ? [new("Authorization", header)] : [],
        Coordinator = SessionCoordinatorActor.Props(databases, Members, _parts.FailOver),
        Connections = coordinator => _parts.Actors(new ConnectionServices
        {
            Self = View.Settings.Self,
            Confirmations = Confirmations,
            NodeId = _parts.NodeId,
            Databases = databases,
            Operations = _operations,
            Clock = _parts.Clock,
            Settings = _parts.Connections,
            Budget = new InboundBudget(_parts.Connections.InboundBytesOfProcess),
            Coordinator = coordinator,
            Replicated = () => View.Current.Settings.Databases,
            Sends = (peer, database) => View.Current.LinkWith(peer, database).Sends,
            Receives = (peer, database) => View.Current.LinkWith(peer, database).Receives,
        }),
    };
}
