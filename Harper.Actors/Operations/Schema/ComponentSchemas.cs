using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Operations;
using Harper.Core.Schema;
using Microsoft.Extensions.Logging;

namespace Harper.Actors.Operations.Schema;

/// <summary>
/// Applies the GraphQL schemas of the installed components to the databases, at start and at every restart (R-SCH-11). It adds and alters, and never takes
/// anything away; a file that cannot be read or applied is logged and the others go on.
/// </summary>
public sealed partial class ComponentSchemas(IGraphQlSchemaReader reader, IDatabaseDirectory databases, ILogger<ComponentSchemas> log)
{
    private const long MaxFileBytes = 4 << 20;

    /// <summary>Reads every <c>components/*/*.graphql</c> and makes sure that its tables are there. Answers how many tables were declared.</summary>
    public async Task<int> ApplyAsync(string componentsRoot, CancellationToken cancellation)
    {
        var applied = 0;
        foreach (var file in Files(componentsRoot))
        {
            if (await ReadAsync(file, cancellation).ConfigureAwait(false) is not { } text) continue;
            var schema = reader.Read(text);
            foreach (var problem in schema.Problems) LogProblem(file, problem);
            foreach (var table in schema.Tables)
                if (await EnsureAsync(file, table).ConfigureAwait(false)) applied++;
        }
        return applied;
    }

    private static IEnumerable<string> Files(string root) => !Directory.Exists(root) ? [] :
        Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
            .SelectMany(component => Directory.EnumerateFiles(component, "*.graphql").Order(StringComparer.Ordinal));

    private async Task<string?> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            if (new FileInfo(file).Length <= MaxFileBytes) return await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false);
            LogProblem(file, $"is larger than {MaxFileBytes >> 20} MiB and was skipped");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogProblem(file, error.Message);
        }
        return null;
    }

    private async Task<bool> EnsureAsync(string file, DeclaredTable table)
    {
        if (table.Database.IsSystem)
        {
            LogProblem(file, DatabaseLookup.SystemIsInternal);
            return false;
        }
        try
        {
            var (database, _) = await databases.CreateAsync(table.Database).ConfigureAwait(false);
            await database.CommitOrThrowAsync<CommitResult.SchemaChanged>(
                new CommitRequest.Schema([new SchemaEdit.EnsureTable(table.Spec, Declared: true)])).ConfigureAwait(false);
            return true;
        }
        catch (OperationError error)
        {
            LogProblem(file, error.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Schema {File}: {Problem}")]
    private partial void LogProblem(string file, string problem);
}
