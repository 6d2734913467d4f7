using Harper.Actors.Operations;
using Harper.Actors.Operations.Verification;
using Harper.Core.Identity;
using Harper.Host.Configuration;
using Harper.Host.Security;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Composition;

/// <summary>The catalogue of operations, composed of its families, and the schemas of the components, applied.</summary>
internal sealed class OperationsComposition
{
    public required OperationDispatcher Dispatcher { get; init; }

    public static async Task<OperationsComposition> CreateAsync(
        HarperConfig config, HarperConfigLoader loader, NodeComposition node, UserStore users, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var databases = node.Running.Databases;
        var settings = new OperationSettings { Deadline = config.OperationsApi.Timeout };
        var configuration = new ConfigurationStore(loader, config, TimeProvider.System);
        IOperationFamily[] families =
        [
            .. DataFamilies.Create(databases, new NodeName(config.NodeName), settings),
            new VerificationOperations(databases),
        ];
        await Task.CompletedTask;
        _ = (configuration, users, cancellation);
        return new OperationsComposition
        {
            Dispatcher = new OperationDispatcher(
                new OperationCatalog(families), new SuperUserOnly(), forwarding: null, settings, loggers.CreateLogger<OperationDispatcher>()),
        };
    }
}
