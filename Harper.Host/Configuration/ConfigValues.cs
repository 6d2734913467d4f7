using System.Collections.Immutable;

namespace Harper.Host.Configuration;

/// <summary>The effective values by path: the strongest layer that mentions a key decides (operations API, precedence).</summary>
internal sealed class ConfigValues
{
    private readonly Dictionary<string, ConfigEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Resolves every key of the catalogue over layers, strongest first, and says what is wrong or not known.</summary>
    public static ConfigValues Resolve(IReadOnlyList<ConfigLayer> layers, List<string> errors, List<string> warnings)
    {
        var values = new ConfigValues();
        foreach (var layer in layers)
            foreach (var (path, key, node) in layer.Leaves())
                values.Take(layer, string.Join('.', path), key, node, errors, warnings);
        foreach (var key in ConfigCatalogue.Keys)
            if (!key.HasWildcard && !values._entries.ContainsKey(key.Path)) values._entries[key.Path] = Standard(key);
        return values;
    }

    /// <summary>Known keys in catalogue order, then unknown ones as they came.</summary>
    public ImmutableArray<ConfigEntry> Entries =>
    [
        .. _entries.Values.Where(entry => entry.Key is not null).OrderBy(entry => ConfigCatalogue.Keys.IndexOf(entry.Key!)),
        .. _entries.Values.Where(entry => entry.Key is null),
    ];

    /// <summary>The value, or the default when it is null or wrong.</summary>
    public T? Get<T>(string path)
    {
        var entry = _entries[path];
        return (T?)(entry.Value ?? (entry.Source == DefaultSource ? null : Standard(ConfigCatalogue.ByPath[path]).Value));
    }

    /// <summary>The value as given: an explicit null is null, not the default.</summary>
    public T? Given<T>(string path) => (T?)_entries[path].Value;

    public bool IsGiven(string path) => _entries[path].Source != DefaultSource;

    public string SourceOf(string path) => _entries[path].Source;

    public IEnumerable<ConfigEntry> Below(string prefix) => _entries.Values.Where(entry => entry.Path.StartsWith(prefix, StringComparison.Ordinal));

    public const string DefaultSource = "default";

    private void Take(ConfigLayer layer, string path, ConfigKey? key, ConfigNode node, List<string> errors, List<string> warnings)
    {
        var source = layer.LabelOf(path);
        if (_entries.TryGetValue(path, out var stronger))
        {
            if (key is { IsJoined: true } && stronger.Node is ConfigNode.Map above && node is ConfigNode.Map below)
            {
                var joined = ConfigSources.Overlay(below, above);
                _entries[path] = stronger with { Node = joined, Value = joined, Source = $"{stronger.Source}, {source}" };
            }
            return;
        }
        object? value = null;
        if (key is null)
        {
            var nearest = NearestName.Find(path, ConfigCatalogue.ByPath.Keys.Where(known => !known.Contains('*')));
            if (ConfigCatalogue.IsSection(path.Split('.')) && node is not ConfigNode.Map)
                errors.Add($"{path} is '{node.Display()}' ({source}); allowed is a section with keys below it");
            else
                warnings.Add($"unknown key {path} ({source}) is kept and has no effect{(nearest is null ? "" : $"; did you mean {nearest}?")}");
        }
        else if (!ConfigValueReader.TryRead(key, node, out value))
        {
            errors.Add($"{path} is '{node.Display()}' ({source}); allowed is {key.Allowed}");
            value = null;
        }
        _entries[path] = new ConfigEntry(path, key, node, value, source);
    }

    private static ConfigEntry Standard(ConfigKey key)
    {
        if (key.Default is null) return new ConfigEntry(key.Path, key, null, null, DefaultSource);
        var node = YamlText.ParseValue(key.Default);
        ConfigValueReader.TryRead(key, node, out var value);
        return new ConfigEntry(key.Path, key, node, value, DefaultSource);
    }
}
