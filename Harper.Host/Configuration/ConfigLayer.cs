using System.Collections.Immutable;

namespace Harper.Host.Configuration;

/// <summary>One source of values: the file, the environment, the command line, or one of the JSON variables.</summary>
/// <param name="Name">As shown to the operator.</param>
/// <param name="Root">The values as a tree of the file's form.</param>
/// <param name="Labels">Per path, a more exact name of where the value stands, for example the variable.</param>
internal sealed record ConfigLayer(string Name, ConfigNode.Map Root, ImmutableDictionary<string, string> Labels)
{
    public static ConfigLayer Of(string name, ConfigNode.Map root) => new(name, root, ImmutableDictionary<string, string>.Empty);

    public string LabelOf(string path)
    {
        if (Labels.TryGetValue(path, out var label)) return label;
        var below = Labels.Where(entry => entry.Key.StartsWith(path + '.', StringComparison.Ordinal)).Select(entry => entry.Value).Order(StringComparer.Ordinal).ToList();
        return below.Count > 0 ? string.Join(", ", below) : Name;
    }

    /// <summary>All values that are no section, with their paths; what the catalogue takes as one value stays one.</summary>
    public IEnumerable<(string[] Path, ConfigKey? Key, ConfigNode Value)> Leaves() => Leaves(Root, []);

    private static IEnumerable<(string[] Path, ConfigKey? Key, ConfigNode Value)> Leaves(ConfigNode.Map map, string[] above)
    {
        foreach (var (name, value) in map.Entries)
        {
            string[] path = [.. above, name];
            var key = ConfigCatalogue.Match(path);
            if (key is null && value is ConfigNode.Map inner)
                foreach (var leaf in Leaves(inner, path)) yield return leaf;
            else if (key is not null || !(value.IsNullScalar && ConfigCatalogue.IsSection(path)))
                yield return (path, key, value);
        }
    }
}
