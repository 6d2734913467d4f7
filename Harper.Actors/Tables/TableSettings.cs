using Harper.Actors.Node;

namespace Harper.Actors.Tables;

/// <summary>How expired rows are evicted.</summary>
/// <param name="MaxScanInterval">Between two looks for expired rows when the table does not say (<c>scanInterval</c>): a quarter of its expiration, at most this.</param>
/// <param name="MinScanInterval">At least this, whatever the table says.</param>
public sealed record TableSettings(TimeSpan MinScanInterval, TimeSpan MaxScanInterval, int EvictRows)
{
    public static TableSettings Create(SettingsSection section) =>
        new(section.Time("min-scan-interval"), section.Time("max-scan-interval"), section.Int("evict-rows"));
}
