using Akka.Configuration;

namespace Harper.Actors.Node;

/// <summary>One section of harper.hocon, read strictly: what is missing stops the start and is named.</summary>
public sealed class SettingsSection
{
    private readonly Config _section;
    private readonly string _path;

    private SettingsSection(Config section, string path)
    {
        _section = section;
        _path = path;
    }

    public static SettingsSection Of(Config root, string path) => root.HasPath(path)
        ? new SettingsSection(root.GetConfig(path), path)
        : throw new ConfigurationException($"harper.hocon has no section '{path}'. The file beside the program is incomplete or of another version.");

    public int Int(string key) => Required(key).GetInt(key);

    public bool Bool(string key) => Required(key).GetBoolean(key);

    public string Text(string key) => Required(key).GetString(key);

    public TimeSpan Time(string key) => Required(key).GetTimeSpan(key);

    /// <summary>A size with a unit: <c>8MiB</c>, <c>64KiB</c>.</summary>
    public long Bytes(string key) => Required(key).GetByteSize(key) ?? throw new ConfigurationException($"'{_path}.{key}' is not a size, for example 8MiB.");

    private Config Required(string key) => _section.HasPath(key)
        ? _section
        : throw new ConfigurationException($"harper.hocon has no value for '{_path}.{key}'.");
}
