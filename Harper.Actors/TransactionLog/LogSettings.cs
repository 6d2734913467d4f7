using Harper.Actors.Node;

namespace Harper.Actors.TransactionLog;

/// <summary>How much of the log is kept, in memory and on disk.</summary>
/// <param name="TailBytes">Recent transactions in memory, all databases of the process together.</param>
/// <param name="TailAge">What is older leaves memory: a quiet node keeps nothing of its last load.</param>
/// <param name="Retention">Age at which entries may go; the configuration's <c>logging.auditRetention</c> is written over it.</param>
/// <param name="MaxBytes">Per database; beyond it the oldest entries go. The configuration's <c>logging.auditMaxSize</c> is written over it.</param>
/// <param name="AwayGrace">A member that is away for less keeps the entries it has not confirmed.</param>
/// <param name="CapGrace">The same while the log is above its cap; above twice the cap nobody is waited for.</param>
public sealed record LogSettings(
    long TailBytes, TimeSpan TailAge, TimeSpan Retention, long MaxBytes, TimeSpan AwayGrace, TimeSpan CapGrace, TimeSpan RetentionInterval, TimeSpan SettleInterval)
{
    public static LogSettings Create(SettingsSection section) => new(
        section.Bytes("tail-bytes"), section.Time("tail-age"), section.Time("retention"), section.Bytes("max-bytes"), section.Time("away-grace"), section.Time("cap-grace"),
        section.Time("retention-interval"), section.Time("settle-interval"));
}
