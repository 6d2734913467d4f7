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

namespace Harper.Actors.Operations;

/// <summary>The families that concern this node: its users, jobs, logs and configuration.</summary>
public static class NodeFamilies
{
    public static IReadOnlyList<IOperationFamily> Create(
        IDatabaseDirectory databases, TableWrites writes, IJobs jobs, IUserStore users, IConfigurationStore configuration, ICsvReader csv,
        string rootPath) =>
    [
        new BulkLoadOperations(databases, jobs, csv, writes),
        new JobOperations(databases),
        new UserOperations(users),
        new LogOperations(databases, jobs),
        new ConfigurationOperations(configuration),
        new SystemOperations(databases, rootPath),
    ];
}
