using System.Text.Json;
using Harper.Actors.Configuration;
using Harper.Actors.Databases;
using Harper.Actors.Jobs;
using Harper.Actors.Operations.BulkLoad;
using Harper.Actors.Operations.Data;
using Harper.Actors.Operations.Information;
using Harper.Actors.Operations.Jobs;
using Harper.Actors.Operations.Logs;
using Harper.Actors.Operations.Settings;
using Harper.Actors.Operations.Users;
using Harper.Actors.Users;
using Harper.Core.BulkLoad;
using Harper.Core.Outside;

namespace Harper.Actors.Operations;

/// <summary>What the operations on users, roles, tokens and sessions are made from.</summary>
/// <param name="IsOperation">Whether this node has an operation of that name; asked only once the catalogue is composed.</param>
public sealed record UserParts(IUserStore Users, UserChanges Changes, ITokenIssuer Tokens, ISessions Sessions, Func<string, bool> IsOperation);

/// <summary>The families that concern this node: its users, jobs, logs and configuration.</summary>
public static class NodeFamilies
{
    /// <param name="outbound">Where loads may fetch from.</param>
    /// <param name="keys">The folder whose files no operation reads.</param>
    /// <param name="logPath">The file that the node logs to; null: none.</param>
    public static IReadOnlyList<IOperationFamily> Create(
        IDatabaseDirectory databases, TableWrites writes, IJobs jobs, UserParts users, IConfigurationStore configuration, ICsvReader csv,
        OutboundPolicy outbound, string rootPath, string keys, string? logPath, Action<Utf8JsonWriter> replication) =>
    [
        new BulkLoadOperations(databases, jobs, csv, writes, outbound, keys),
        new DeleteBeforeOperation(databases, jobs),
        new JobOperations(databases),
        new UserOperations(users.Users, users.Changes),
        new RoleOperations(users.Users, users.Changes, databases, users.IsOperation),
        new TokenOperations(users.Users, users.Changes, users.Tokens, users.Sessions),
        new LogOperations(databases, jobs),
        new ReadLogOperation(logPath),
        new ConfigurationOperations(configuration),
        new SystemOperations(databases, rootPath, replication),
    ];
}
