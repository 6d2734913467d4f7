using System.Collections.Immutable;
using System.Text.Json;

namespace Harper.Host.Configuration;

/// <summary>Reads the sources besides the file into layers, and collects what is wrong with them.</summary>
internal static class ConfigSources
{
    /// <summary>Sections whose variables are surely meant for us, so that a misspelt one is worth a warning.</summary>
    private static readonly string[] OwnPrefixes = ["REPLICATION_", "OPERATIONSAPI_", "AUTHENTICATION_", "LOGGING_", "STORAGE_", "ANALYTICS_", "HTTP_", "NODE_"];

    public static ConfigLayer FromEnvironment(IReadOnlyDictionary<string, string> environment, List<string> warnings)
    {
        var root = ConfigNode.Map.Empty;
        var labels = ImmutableDictionary<string, string>.Empty;
        foreach (var (name, text) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (ConfigCatalogue.ByFlatName.TryGetValue(name, out var key))
            {
                root = ConfigNode.Put(root, key.Parts, YamlText.ParseValue(text));
                labels = labels.SetItem(key.Path, "environment " + name);
            }
            else if (OwnPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) && NearestName.Find(name, FlatNames) is { } nearest
                && NearestName.Distance(name, nearest) <= 2)
                warnings.Add($"the environment variable {name} is not known; did you mean {nearest}?");
        }
        return new ConfigLayer("environment", root, labels);
    }

    /// <summary>Flags: <c>--KEY value</c> or <c>--KEY=value</c>, names in any case.</summary>
    public static ConfigLayer FromCommandLine(IReadOnlyList<string> arguments, List<string> errors)
    {
        var root = ConfigNode.Map.Empty;
        var labels = ImmutableDictionary<string, string>.Empty;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=');
            var name = (equals < 0 ? argument : argument[..equals]).TrimStart('-');
            if (!argument.StartsWith("--", StringComparison.Ordinal) || !ConfigCatalogue.ByFlatName.TryGetValue(name, out var key))
            {
                var nearest = NearestName.Find(name, FlatNames);
                errors.Add($"'{argument}' on the command line is no known key{(nearest is null ? "" : $"; did you mean --{nearest}?")}");
                if (equals < 0 && i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal)) i++;
                continue;
            }
            if (equals < 0 && i + 1 == arguments.Count)
            {
                errors.Add($"--{name} on the command line lacks a value; allowed is {key.Allowed}");
                continue;
            }
            root = ConfigNode.Put(root, key.Parts, YamlText.ParseValue(equals < 0 ? arguments[++i] : argument[(equals + 1)..]));
            labels = labels.SetItem(key.Path, "command line --" + name);
        }
        return new ConfigLayer("command line", root, labels);
    }

    /// <summary>A variable that holds a JSON object of the file's form; flattened names are understood too.</summary>
    public static ConfigLayer FromJson(string variable, IReadOnlyDictionary<string, string> environment, List<string> errors)
    {
        if (!environment.TryGetValue(variable, out var text) || string.IsNullOrWhiteSpace(text)) return ConfigLayer.Of(variable, ConfigNode.Map.Empty);
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 32 });
            if (ConfigJson.FromJson(json.RootElement) is ConfigNode.Map map) return ConfigLayer.Of(variable, Unflatten(map));
            errors.Add($"{variable} must be a JSON object of configuration keys");
        }
        catch (JsonException failure)
        {
            errors.Add($"{variable} is not JSON: {failure.Message}");
        }
        return ConfigLayer.Of(variable, ConfigNode.Map.Empty);
    }

    /// <summary>Gives flattened names (<c>logging_level</c>) their place in the tree.</summary>
    public static ConfigNode.Map Unflatten(ConfigNode.Map map)
    {
        var root = ConfigNode.Map.Empty;
        foreach (var (name, value) in map.Entries)
            root = ConfigCatalogue.ByFlatName.TryGetValue(name, out var key) ? ConfigNode.Put(root, key.Parts, value) : Merge(root, name, value);
        return root;
    }

    /// <summary>What <paramref name="above"/> says over what <paramref name="below"/> says; sections are joined, values replaced.</summary>
    public static ConfigNode.Map Overlay(ConfigNode.Map below, ConfigNode.Map above)
    {
        foreach (var (name, value) in above.Entries) below = Merge(below, name, value);
        return below;
    }

    private static ConfigNode.Map Merge(ConfigNode.Map map, string name, ConfigNode value) =>
        value is ConfigNode.Map inner && map.Find(name) is ConfigNode.Map present
            ? map.With(name, Overlay(present, inner))
            : map.With(name, value);

    private static IEnumerable<string> FlatNames => ConfigCatalogue.ByFlatName.Keys;
}
