using Harper.Actors.Operations;
using Harper.Actors.Operations.Data;
using Harper.Actors.Operations.Permissions;
using Harper.Actors.Operations.Schema;
using Harper.Actors.Operations.Users;
using Harper.Actors.Users;
using Harper.Core.Identity;
using Harper.Core.Outside;
using Harper.Host.BulkLoad;
using Harper.Host.Configuration;
using Harper.Host.Schema;
using Harper.Host.Security;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Composition;

/// <summary>The catalogue of operations, composed of its families, and the one way into it.</summary>
internal static class OperationsComposition
{
    public static OperationDispatcher Create(
        HarperConfig config, HarperConfigLoader loader, NodeComposition node, SecurityComposition security, UserStore users, ITokenIssuer tokens,
        ISessions sessions, ILoggerFactory loggers)
    {
        var databases = node.Running.Databases;
        var self = new NodeName(config.NodeName);
        var settings = new OperationSettings { Deadline = config.OperationsApi.Timeout };
        var configuration = new ConfigurationStore(loader, config, TimeProvider.System);
        var writes = new TableWrites(databases, self, settings, node.Cluster.Confirmations);
        OperationCatalog? composed = null;
        var parts = new UserParts(users, new UserChanges(), tokens, sessions, name => composed!.Has(name));
        var catalog = composed = new OperationCatalog(
        [
            .. DataFamilies.Create(databases, writes, settings),
            .. NodeFamilies.Create(databases, writes, node.Running.Jobs, parts, configuration, new CsvHelperReader(),
                new OutboundPolicy(config.LoadNetworks, ConfigCatalogue.LoadNetworks), config.RootPath, RootFolder.KeysOf(config), config.Logging.File ? config.Logging.Path : null,
                writer => node.Cluster.WriteStatus(databases, writer)),
            node.Cluster.CreateOperations(databases, configuration),
            node.Cluster.CreateVerification(databases),
            security.Certificates.CreateOperations(),
        ]);
        var dispatcher = new OperationDispatcher(
            catalog, new RolePermissions(databases, users), node.Cluster.Forwarding, settings, loggers.CreateLogger<OperationDispatcher>());
        node.Cluster.Attach(dispatcher);
        return dispatcher;
    }

    public static async Task ApplySchemasAsync(HarperConfig config, NodeComposition node, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var schemas = new ComponentSchemas(new GraphQlSchemaReader(), node.Running.Databases, loggers.CreateLogger<ComponentSchemas>());
        await schemas.ApplyAsync(config.ComponentsRoot, cancellation).ConfigureAwait(false);
    }
}
