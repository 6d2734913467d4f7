using System.Collections.Immutable;
using Akka.Actor;
using Akka.Actor.Setup;
using Harper.Actors.Databases;
using Harper.Actors.Membership;
using Harper.Actors.Node;
using Harper.Actors.Peers;
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
    private readonly ActorSystem _system;

    private NodeComposition(RocksStoreFactory stores, ActorSystem system, RunningNode running, MembershipView membership, LateCredentials credentials)
    {
        _stores = stores;
        _system = system;
        Running = running;
        Membership = membership;
        Credentials = credentials;
    }

    public RunningNode Running { get; }

    public MembershipView Membership { get; }

    public LateCredentials Credentials { get; }

    public IPeerAcceptor Acceptor => throw new NotImplementedException();

    public static async Task<NodeComposition> StartAsync(
        HarperConfig config, Guid nodeId, ILoggerFactory loggers, Action<string> fail, CancellationToken cancellation)
    {
        var stores = new RocksStoreFactory(RocksSettings.Default);
        var hocon = HoconOverlay.Create(config);
        var system = ActorSystem.Create("harper", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(hocon), new HostLoggingSetup(loggers)));
        try
        {
            var self = new NodeName(config.NodeName);
            var membership = new MembershipView(MembershipOf(config, self));
            var engine = new EngineSettings { Sync = config.Storage.Synced };
            var services = new NodeServices
            {
                Self = self,
                Clock = new SystemClock(),
                Settings = NodeSettings.Create(system.Settings.Config),
                Stores = stores,
                OpenEngine = (name, store, now) => DatabaseEngine.Open(store, name, self, engine, now, Guid.NewGuid),
                Folders = new DatabaseFolders(
                    config.Storage.Path, config.Storage.DatabasePaths.ToImmutableDictionary(pair => new DatabaseName(pair.Key), pair => pair.Value)),
                Fail = fail,
                Members = membership,
            };
            var children = new NodeChildren { Membership = node => MembershipActor.Props(membership, node.Databases) };
            var running = await RunningNode.StartAsync(system, services, children, cancellation).ConfigureAwait(false);
            return new NodeComposition(stores, system, running, membership, new LateCredentials());
        }
        catch (Exception failure)
        {
            await system.Terminate().ConfigureAwait(false);
            stores.Dispose();
            if (failure is NodeStartException or StoreException) throw new HostStartException(failure.Message, HostStartException.StoreFailed);
            throw;
        }
    }

    /// <summary>The node first, so that what was accepted is committed; then the actor system; then what the stores share.</summary>
    public async ValueTask StopAsync(TimeSpan deadline)
    {
        await Running.DrainAsync(deadline).ConfigureAwait(false);
        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClrExitReason.Instance).ConfigureAwait(false);
        _stores.Dispose();
    }

    private static MembershipSettings MembershipOf(HarperConfig config, NodeName self) => new()
    {
        Self = self,
        Url = config.Replication.Port is null ? null : config.Replication.Url,
        Shard = config.Replication.Shard,
        Databases = config.Replication.Databases is { } databases
            ? ReplicatedDatabases.Only(databases.Select(database => new DatabaseName(database.Name)))
            : ReplicatedDatabases.All,
        Routes = config.Replication.Routes,
        DefaultPort = config.Replication.DefaultRoutePort,
    };
}
