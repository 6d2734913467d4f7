using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Harper.Actors.Certificates;
using Harper.Actors.Cluster;
using Harper.Actors.ControlPlane;
using Harper.Actors.Databases;
using Harper.Actors.Node;
using Harper.Actors.Operations;
using Harper.Actors.Operations.Verification;
using Harper.Actors.Operations.Permissions;
using Harper.Actors.Operations.Data;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Storage.Memory;
using Harper.Core.Time;
using Harper.Host.Configuration;
using Harper.Host.Http;
using Microsoft.Extensions.Logging;
using Xunit;
using HttpListener = Harper.Host.Http.HttpListener;

namespace Harper.Tests.Support;

/// <summary>
/// A whole node in this process: the real tree and engine over stores in memory that outlive it, its door on a network in memory or on a real
/// WebSocket listener, its operations called without HTTP. Several of them make a cluster.
/// </summary>
public sealed class ClusterNode : IAsyncDisposable
{
    public const string Administrator = "admin";
    public const string Password = "Abc1234!";

    /// <summary>The header of that administrator.</summary>
    public static readonly string Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Administrator}:{Password}"));

    private static readonly Config OurConfig = ConfigurationFactory.ParseString($"akka.loglevel = {Environment.GetEnvironmentVariable("HARPER_SPEC_LOG") ?? "ERROR"}\nakka.actor.provider = local\nharper.node.drain-timeout = {Wait.Seconds}s")
        .WithFallback(ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(Repository.Root, "harper.hocon"))));

    private readonly ClusterNodeOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private ActorSystem _system = null!;
    private ClusterFeature _cluster = null!;
    private ControlFeature? _control;
    private OperationDispatcher _dispatcher = null!;
    private HttpListener? _listener;
    private IPeerTransport? _transport;

    private ClusterNode(ClusterNodeOptions options) => _options = options;

    public string Name => _options.Name;

    public string Url => $"{(_options.Secure is null ? "ws" : "wss")}://{Name}:9933";

    internal SecureNode Keys => _options.Secure!;

    /// <summary>Null: the node speaks no TLS.</summary>
    public CertificateFeature? Certificates { get; private set; }

    /// <summary>Null: it was started without faults.</summary>
    public FaultyTransport? Faulty => _transport as FaultyTransport;

    public RunningNode Running { get; private set; } = null!;

    public IDatabaseDirectory Databases => Running.Databases;

    public PeerBoard Board => _cluster.Board;

    public CapturedLog Log { get; } = new();

    internal KeptRoutes Configuration => _options.Configuration;

    public static async Task<ClusterNode> StartAsync(ClusterNodeOptions options)
    {
        var node = new ClusterNode(options);
        await node.StartAsync();
        Wait.Witness(node, async () => $"{node.Name}: {await node.StateAsync()}");
        return node;
    }

    /// <summary>The same node again over the same stores, after it was stopped or killed.</summary>
    public Task<ClusterNode> StartAgainAsync() => StartAsync(_options);

    /// <summary>Calls an operation as a super_user; throws when the answer is not 200.</summary>
    public async Task<JsonElement> CallAsync(object operation)
    {
        var (status, body) = await TryCallAsync(operation);
        if (status != 200) throw new InvalidOperationException($"{status}: {body.GetRawText()}");
        return body;
    }

    public async Task<(int Status, JsonElement Body)> TryCallAsync(object operation)
    {
        var json = operation as string ?? JsonSerializer.Serialize(operation);
        var answer = await _dispatcher.RunAsync(Encoding.UTF8.GetBytes(json), new Caller(Administrator, true), CallOrigin.Http, default);
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream)) await answer.WriteToAsync(writer, default);
        using var document = JsonDocument.Parse(stream.ToArray());
        return (answer.Status, document.RootElement.Clone());
    }

    /// <summary>Writes a row of <c>data</c>; the table is made when it is not there.</summary>
    public async Task InsertAsync(string table, int id, string name)
    {
        if (Databases.Find(DatabaseName.Data)?.Engine.Catalog.Find(new TableName(table)) is null)
            await TryCallAsync(new { operation = "create_table", database = "data", table, primary_key = "id" });
        await CallAsync(new { operation = "insert", database = "data", table, records = new[] { new { id, name } } });
    }

    /// <summary>Writes a row that is nothing but its key; the table is made when it is not there.</summary>
    public async Task WriteAsync(string database, string table, int id)
    {
        await TryCallAsync(new { operation = "create_table", database, table, primary_key = "id" });
        await CallAsync(new { operation = "insert", database, table, records = new[] { new { id } } });
    }

    /// <summary>A row of <c>data</c> can be read here.</summary>
    public bool Has(string table, int id) => Has("data", table, id);

    public bool Has(string database, string table, int id)
    {
        if (Databases.Find(new DatabaseName(database)) is not { } found) return false;
        using var view = found.OpenView();
        return view.Catalog.Find(new TableName(table)) is { } definition && view.TryRead(definition, KeyCodec.FromNumber(id), out _);
    }

    /// <summary>Everything worth seeing when a spec fails.</summary>
    public async Task<string> StateAsync()
    {
        if (_stopping.IsCancellationRequested) return "stopped";
        var positions = Databases.All.Select(database =>
        {
            var at = database.Engine.Positions;
            return $"{database.Name} head {at.Head} through [{string.Join(' ', at.Through)}] floor [{string.Join(' ', at.Floor)}] "
                + $"confirmed [{string.Join(' ', at.Confirmed)}] copy {at.Copy} history {at.HasHistory}";
        });
        var status = await CallAsync(new { operation = "cluster_status" });
        return string.Join('\n', positions) + "\n" + status.GetRawText();
    }

    /// <summary>Puts a record into hdb_nodes as replication would, whatever it says.</summary>
    public async Task WriteNodeRecordAsync(string json)
    {
        using var document = JsonDocument.Parse(json);
        var record = NodeRecord.FromJson(document.RootElement)!;
        var table = new Harper.Actors.Membership.NodeRecordTable(Databases.Find(DatabaseName.System)!, new NodeName(Name));
        Assert.IsType<CommitResult.Written>(await table.WriteAsync(record.Name, record.Fields));
    }

    internal DatabaseComparison Comparison => _cluster.ComparisonOf(Databases);

    public NodeRecords Records => _cluster.View.Current.Records;

    /// <summary>The row names of hdb_nodes, in order.</summary>
    public string[] Members => [.. _cluster.View.Current.Records.All.Select(record => record.Name.Value).Order(StringComparer.Ordinal)];

    /// <summary>Peers with which every replicated database is connected in the receiving direction.</summary>
    public string[] Connected => [.. Board.All
        .Where(peer => peer.Plan.Dialled.Any() && peer.Plan.Dialled.All(link => peer.Databases.GetValueOrDefault(link.Database.Value) is { Connected: true }))
        .Select(peer => peer.Peer.Value)];

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        Wait.Forget(this);
        await _stopping.CancelAsync();
        _options.Network?.StopListening($"{Name}:9933");
        if (_listener is { } listener)
        {
            using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await listener.StopAsync(now.Token);
            await listener.DisposeAsync();
        }
        await Running.DrainAsync(Wait.Deadline);
        await _system.Terminate();
        (_transport as IDisposable)?.Dispose();
    }

    private async Task StartAsync()
    {
        _system = ActorSystem.Create("harper", OurConfig);
        var loggers = LoggerFactory.Create(builder => builder.AddProvider(Log).SetMinimumLevel(LogLevel.Debug));
        var clock = new WallClock();
        var sockets = new PeerSocketSettings();
        var view = new Harper.Actors.Membership.MembershipView(new MembershipSettings
        {
            Self = new NodeName(Name),
            Url = Url,
            Databases = _options.Databases is { } databases ? ReplicatedDatabases.Only(databases.Select(name => new DatabaseName(name))) : ReplicatedDatabases.All,
            Routes = _options.Configuration.Routes,
            DefaultScheme = _options.Secure is null ? "ws" : "wss",
        });
        Certificates = _options.Secure?.Create(Name, Url, view);
        _cluster = new ClusterFeature(new ClusterParts
        {
            Membership = view.Settings,
            View = view,
            Certificates = Certificates,
            Retained = _options.Secure is { } kept ? new RetainedCredentials(kept) : null,
            NodeId = _options.NodeId,
            Transport = _transport = _options.CreateTransport(Certificates?.Tls),
            Credentials = new OneAdministrator(),
            Clock = clock,
            Loggers = loggers,
            Sockets = sockets,
            CompareInterval = _options.CompareInterval,
            FailOver = _options.FailOver,
            Actors = _options.Connections ?? (services => new PeerConnections(
                connection => ReceivingConnectionActor.Props(services, connection), connection => SendingConnectionActor.Props(services, connection))),
        });
        _control = _options.WithControlPlane ? ControlFeature.Create(OurConfig, _cluster.View, _cluster.Board, _transport!, sockets, Certificates?.Tls.Live) : null;
        var services = new NodeServices
        {
            Self = new NodeName(Name),
            Clock = clock,
            Settings = NodeSettings.Create(OurConfig),
            Stores = _options.Stores,
            OpenEngine = (name, store, now) => DatabaseEngine.Open(store, name, new NodeName(Name), EngineSettings.Default, now, Guid.NewGuid),
            Folders = DatabaseFolders.Below("/databases"),
            Fail = reason => Log.Add($"FAILED: {reason}"),
            Members = _cluster.View,
            Others = _control,
        };
        var children = _cluster.Children with { Control = _control is null ? null : _control.Props };
        Running = await RunningNode.StartAsync(_system, services, children, default);
        var settings = new OperationSettings();
        var catalog = new OperationCatalog(
        [
            .. DataFamilies.Create(Databases, new TableWrites(Databases, services.Self, settings, _cluster.Confirmations), settings), _cluster.CreateOperations(Databases, _options.Configuration),
            _cluster.CreateVerification(Databases), .. _options.Families,
            .. Certificates is { } certificates ? [certificates.CreateOperations()] : (IOperationFamily[])[],
        ]);
        _dispatcher = new OperationDispatcher(catalog, new RolePermissions(Databases, users: null), _cluster.Forwarding, settings, loggers.CreateLogger<OperationDispatcher>());
        _cluster.Attach(_dispatcher);
        if (_options.Network is { } network)
        {
            network.Listen($"{Name}:9933", sockets, (socket, dial) => dial.Url.AbsolutePath == ControlAddress.Path && _control is not null
                ? _control.Acceptor.AcceptAsync(socket, new SocketOrigin(dial.LocalAddress ?? IPAddress.Loopback), _stopping.Token)
                : _cluster.Acceptor.AcceptAsync(
                socket, new SocketOrigin(dial.LocalAddress ?? IPAddress.Loopback), dial.Headers.FirstOrDefault(header => header.Key == "Authorization").Value, _stopping.Token));
            return;
        }
        var endpoint = new ReplicationEndpoint(_cluster.Acceptor, _control?.Acceptor, sockets, _stopping.Token);
        _listener = await HttpListener.StartAsync(
            new HttpListenerOptions("replication.port", new ListenAddress(Name, 9933))
            {
                Tls = Certificates is { } secure ? new TlsListenerOptions(secure.Tls, "replication", ClientCertificateDemand.Asked) { Revocation = secure.Tls.Revocation } : null,
            }, endpoint.HandleAsync, loggers, default);
    }

    private sealed class WallClock : IClock
    {
        public double NowMs => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
    }

    private sealed class OneAdministrator : IPeerCredentials
    {
        public ValueTask<Caller?> AuthenticateAsync(string authorization, CancellationToken cancellation) =>
            new(authorization == ClusterNode.Authorization ? new Caller(Administrator, true) : null);
    }
}

/// <summary>What a node of a spec is made from.</summary>
public sealed record ClusterNodeOptions(string Name)
{
    /// <summary>A network in memory; null: real WebSockets on the node's own loopback address.</summary>
    public InMemoryTransport? Network { get; init; }

    /// <summary>What goes wrong on the sockets that the node dials; null: nothing is made to.</summary>
    public TransportFaults? Faults { get; init; }

    internal IPeerTransport CreateTransport(IPeerTls? tls)
    {
        var real = Network ?? (IPeerTransport)new WebSocketTransport(tls);
        return Faults is null ? real : new FaultyTransport(real, Faults);
    }

    /// <summary>Speak TLS, with these certificates and keys; null: plain.</summary>
    internal SecureNode? Secure { get; init; }

    /// <summary>What the disk would be: kept while the node is stopped.</summary>
    public MemoryStoreFactory Stores { get; init; } = new();

    public Guid NodeId { get; init; } = Guid.NewGuid();

    public string[]? Databases { get; init; }

    internal KeptRoutes Configuration { get; init; } = new();

    public bool FailOver { get; init; } = true;

    public TimeSpan CompareInterval { get; init; } = TimeSpan.Zero;

    /// <summary>Join those of our kind on the control plane too.</summary>
    public bool WithControlPlane { get; init; }

    /// <summary>Null: the real connections.</summary>
    public Func<ConnectionServices, PeerConnections>? Connections { get; init; }

    public IReadOnlyList<IOperationFamily> Families { get; init; } = [];

    public ClusterNodeOptions With(params string[] routes) => this with { Configuration = new KeptRoutes(routes) };
}
