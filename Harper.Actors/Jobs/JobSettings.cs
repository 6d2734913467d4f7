using Harper.Actors.Node;

namespace Harper.Actors.Jobs;

/// <summary>Bounds of long work.</summary>
public sealed record JobSettings(int MaxRunning, int MaxWaiting, TimeSpan ProgressInterval)
{
    public static JobSettings Create(SettingsSection section) => new(
        section.Int("max-running"), section.Int("max-waiting"), section.Time("progress-interval"));
}
