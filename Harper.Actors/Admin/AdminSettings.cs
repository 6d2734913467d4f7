using Harper.Actors.Node;

namespace Harper.Actors.Admin;

/// <summary>Bounds of the view into the tree.</summary>
/// <param name="EventBuffer">Events kept for a reader that is slower than they happen.</param>
/// <param name="MaxReaders">Readers of events at once.</param>
public sealed record AdminSettings(int EventBuffer, int MaxReaders)
{
    public static AdminSettings Create(SettingsSection section) => new(section.Int("event-buffer"), section.Int("max-readers"));
}
