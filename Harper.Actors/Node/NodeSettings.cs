using Akka.Configuration;
using Harper.Actors.Admin;
using Harper.Actors.Commit;
using Harper.Actors.Jobs;
using Harper.Actors.Tables;
using Harper.Actors.TransactionLog;

namespace Harper.Actors.Node;

/// <summary>How the node runs, from the <c>harper</c> section of harper.hocon: one record per feature. A missing section stops the start.</summary>
public sealed record NodeSettings
{
    public required LifeSettings Life { get; init; }

    public required CommitSettings Commit { get; init; }

    public required LogSettings Log { get; init; }

    public required TableSettings Tables { get; init; }

    public required JobSettings Jobs { get; init; }

    public required AdminSettings Admin { get; init; }

    public static NodeSettings Create(Config config) => new()
    {
        Life = LifeSettings.Create(SettingsSection.Of(config, "harper.node")),
        Commit = CommitSettings.Create(SettingsSection.Of(config, "harper.commit")),
        Log = LogSettings.Create(SettingsSection.Of(config, "harper.log")),
        Tables = TableSettings.Create(SettingsSection.Of(config, "harper.tables")),
        Jobs = JobSettings.Create(SettingsSection.Of(config, "harper.jobs")),
        Admin = AdminSettings.Create(SettingsSection.Of(config, "harper.admin")),
    };
}
