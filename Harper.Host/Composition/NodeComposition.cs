using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Harper.Actors.Cluster;
using Harper.Actors.ControlPlane;
using Harper.Actors.Databases;
using Harper.Actors.Node;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Storage;
using Harper.Host.Configuration;
using Harper.Host.Logging;
using Harper.Storage.Rocks;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Composition;

/// <summary>The stores, the actor system and the node in it: put together from the configuration, stopped in the reverse order.</summary>
internal sealed class NodeComposition
{
    private readonly RocksStoreFactory _stores;
    private readonly WebSocketTransport _transport;
    private readonly ActorSystem _system;

    private NodeComposition(
        RocksStoreFactory stores, WebSocketTransport transport, ActorSystem system, RunningNode running, ClusterFeature cluster, IControlAcceptor? control)
    {
        _stores = stores;
        _transport = transport;
        _system = system;
        Running = running;
        Cluster = cluster;
        Control = control;
    }

    public RunningNode Running { get; }

    public ClusterFeature Cluster { get; }

    /// <summary>The door of the control plane; null when there is none.</summary>
    public IControlAcceptor? Control { get; }

    public static async Task<NodeComposition> StartAsync(
        HarperConfig config, Guid nodeId, Task<RocksStoreFactory> loadingStores, SecurityComposition security, IPeerCredentials credentials, ILoggerFactory loggers,
        Action<string> fail, CancellationToken cancellation)
    {
        var transport = new WebSocketTransport(security.Certificates.Tls);
        AkkaLogBridge.Loggers = loggers;
        // Given as configuration, not as a setup: with a setup Akka looks for an app.config first, and loads an XML reader for it.
        var system = ActorSystem.Create("harper", security.Hocon);
        var stores = await loadingStores.ConfigureAwait(false);
        try
        {
            var self = new NodeName(config.NodeName);
            var clock = new SystemClock();
            var cluster = new ClusterFeature(new ClusterParts
            {
                Membership = security.Membership.Settings,
                View = security.Membership,
                Certificates = security.Certificates,
                Retained = security.Retained,
                NodeId = nodeId,
                Transport = transport,
                Credentials = credentials,
                Clock = clock,
                Loggers = loggers,
                // A little less than the operation may take: then the answer says who is missing.
                ConfirmationDeadline = config.OperationsApi.Timeout * 0.9,
                Sockets = SocketsOf(config.Replication),
                FailOver = config.Replication.FailOver,
                Synced = config.Storage.Synced,
                CompareInterval = config.Replication.CompareInterval,
                Connections = ConnectionsOf(ConnectionSettings.Create(system.Settings.Config), config.Replication),
            });
            var control = ControlFeature.Create(system.Settings.Config, cluster.View, cluster.Board, transport, SocketsOf(config.Replication),
                security.Certificates.Tls.Live);
            var engine = new EngineSettings { Sync = config.Storage.Synced };
            var services = new NodeServices
            {
                Self = self,
                Clock = clock,
                Settings = NodeSettings.Create(system.Settings.Config),
                Stores = stores,
                OpenEngine = (name, store, now) => DatabaseEngine.Open(store, name, self, engine, now, Guid.NewGuid),
                Folders = new DatabaseFolders(
                    config.Storage.Path, config.Storage.DatabasePaths.ToImmutableDictionary(pair => new DatabaseName(pair.Key), pair => pair.Value)),
                Fail = fail,
                Members = cluster.View,
                Others = control,
            };
            var running = await RunningNode.StartAsync(
                system, services, cluster.Children with { Control = control is null ? null : control.Props }, cancellation).ConfigureAwait(false);
            return new NodeComposition(stores, transport, system, running, cluster, control?.Acceptor);
        }
        catch (Exception failure)
        {
            await system.Terminate().ConfigureAwait(false);
            transport.Dispose();
            stores.Dispose();
            if (failure is NodeStartException or StoreException) throw new HostStartException(failure.Message, HostStartException.StoreFailed);
            throw;
        }
    }

    /// <summary>What the operator says can only make the bounds of harper.hocon narrower.</summary>
    public static ConnectionSettings ConnectionsOf(ConnectionSettings settings, ReplicationConfig config) => settings with
    {
        CopyTimeout = config.CopyTimeout,
        InFlightTransactions = Math.Min(settings.InFlightTransactions, config.RecordConcurrency ?? int.MaxValue),
    };

    public static PeerSocketSettings SocketsOf(ReplicationConfig config) => new()
    {
        PingInterval = config.PingInterval,
        PingTimeout = config.PingTimeout,
        MaxMessageBytes = (int)Math.Min(config.MaxPayloadBytes, Array.MaxLength),
    };

    /// <summary>The node first, so that what was accepted is committed; then the actor system; then what the stores share.</summary>
    public async ValueTask StopAsync(TimeSpan deadline, ILogger log)
    {
        var started = Stopwatch.GetTimestamp();
        await Running.DrainAsync(deadline).ConfigureAwait(false);
        var drained = Stopwatch.GetElapsedTime(started);
        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClrExitReason.Instance).ConfigureAwait(false);
        log.LogDebug("Stop: node drained in {Drained}, actor system ended after {Ended}", drained, Stopwatch.GetElapsedTime(started));
        _transport.Dispose();
        _stores.Dispose();
    }
}
