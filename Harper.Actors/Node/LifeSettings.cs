namespace Harper.Actors.Node;

/// <summary>How long starting and stopping may take.</summary>
/// <param name="StartTimeout">For all databases to be open.</param>
/// <param name="DrainTimeout">For each step of the stop: features, then databases.</param>
/// <param name="ViewTimeout">For read views that are still open when a database is dropped.</param>
/// <param name="StopViewTimeout">For those that are still open when the node stops.</param>
public sealed record LifeSettings(TimeSpan StartTimeout, TimeSpan DrainTimeout, TimeSpan ViewTimeout, TimeSpan StopViewTimeout)
{
    public static LifeSettings Create(SettingsSection section) =>
        new(section.Time("start-timeout"), section.Time("drain-timeout"), section.Time("view-timeout"), section.Time("stop-view-timeout"));
}
