using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Configuration;
using Harper.Core.Operations;

namespace Harper.Host.Configuration;

/// <summary>The configuration file behind set_configuration, get_configuration and the route operations (R-SYS-03, R-SYS-06).</summary>
internal sealed class ConfigurationStore(HarperConfigLoader loader, HarperConfig started, TimeProvider time) : IConfigurationStore
{
    private readonly Lock _writing = new();

    public ImmutableArray<JsonElement> Routes
    {
        get
        {
            var entry = loader.Load(started.FilePath).Entries.First(entry => entry.Path == "replication.routes");
            return entry.Node switch
            {
                ConfigNode.List list => [.. list.Items.Select(ConfigJson.ToElement)],
                null or ConfigNode.Scalar { IsNull: true } => [],
                var single => [ConfigJson.ToElement(single)],
            };
        }
    }

    public void Write(Utf8JsonWriter writer)
    {
        var root = ConfigNode.Map.Empty;
        foreach (var entry in loader.Load(started.FilePath).Entries)
        {
            if (entry.Path.Contains('*')) continue;
            var node = entry.Node ?? ConfigNode.Null;
            if (entry.Key is { Kind: ConfigKind.Text } && node is ConfigNode.Scalar text)
                node = text with { Text = text.Text.Replace(ConfigCatalogue.RootMark, started.RootPath) };
            if (entry.Path == "rootPath" && node.IsNullScalar) node = new ConfigNode.Scalar(started.RootPath, Quoted: true);
            if (entry.Value is bool flag) node = new ConfigNode.Scalar(flag ? "true" : "false");
            root = ConfigNode.Put(root, entry.Path.Split('.'), node);
        }
        ConfigJson.Write(writer, root);
    }

    public ConfigurationChange Set(IEnumerable<KeyValuePair<string, JsonElement>> changes)
    {
        var given = changes.ToList();
        if (given.Count == 0) throw OperationError.Bad("nothing to set; give keys such as 'logging_level'");
        return Change(file =>
        {
            foreach (var (name, value) in given) file = ConfigNode.Put(file, PathOf(name), Cast(ConfigJson.FromJson(value)));
            return file;
        }, given.Select(change => change.Key));
    }

    public ConfigurationChange SetRoutes(IEnumerable<JsonElement> routes)
    {
        var list = new ConfigNode.List([.. routes.Select(ConfigJson.FromJson)]);
        return Change(file => ConfigNode.Put(file, ["replication", "routes"], list), ["replication_routes"]);
    }

    private ConfigurationChange Change(Func<ConfigNode.Map, ConfigNode.Map> edit, IEnumerable<string> names)
    {
        lock (_writing)
        {
            List<string> errors = [], notes = [];
            var before = ConfigFile.Read(started.FilePath, errors, notes);
            if (errors.Count > 0) throw new OperationError(500, ConfigReport.ErrorPrefix + string.Join("; ", errors));
            var after = edit(before);
            var meaning = loader.Load(started.FilePath, after);
            if (!meaning.Errors.IsEmpty) throw OperationError.Bad(meaning.ErrorMessage);
            // An overriding variable hides the new value from the check above: read it by itself as well.
            var alone = FaultsOf(after, names);
            if (alone.Count > 0) throw OperationError.Bad(ConfigReport.ErrorPrefix + string.Join("; ", alone));
            var backup = ConfigFile.Backup(started.FilePath, Path.Combine(started.RootPath, "backup"), time.GetUtcNow());
            ConfigFile.Write(started.FilePath, after);
            return new ConfigurationChange(Warnings(names), backup);
        }
    }

    private static List<string> FaultsOf(ConfigNode.Map file, IEnumerable<string> names) =>
    [
        .. from name in names
           let key = ConfigCatalogue.ByFlatName.GetValueOrDefault(name)
           where key is not null
           let node = file.At(key.Parts)
           where node is not null && !ConfigValueReader.TryRead(key, node, out _)
           select $"{key.Path} is '{node.Display()}'; allowed is {key.Allowed}",
    ];

    private ImmutableArray<string> Warnings(IEnumerable<string> names)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        foreach (var name in names)
        {
            if (!ConfigCatalogue.ByFlatName.TryGetValue(name, out var key))
            {
                var nearest = NearestName.Find(name, ConfigCatalogue.ByFlatName.Keys.Select(known => ConfigCatalogue.ByFlatName[known].Path.Replace('.', '_')));
                warnings.Add($"unknown key '{name}' is kept and has no effect{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
            }
            else if (loader.OverriderOf(key) is { } stronger)
                warnings.Add($"{key.Path} is also given by {stronger}, which counts more than the file");
            else if (key.Service == ConfigService.NotYet)
                warnings.Add($"{key.Path} is known, but without effect in this version");
        }
        return warnings.ToImmutable();
    }

    private static string[] PathOf(string name) => ConfigCatalogue.ByFlatName.TryGetValue(name, out var key) ? key.Parts : name.Split('_');

    /// <summary>Text that holds a bool, a number or JSON counts as such (<c>"true"</c>, <c>"9925"</c>, <c>"[...]"</c>).</summary>
    private static ConfigNode Cast(ConfigNode node) =>
        node is ConfigNode.Scalar { Quoted: true } text && (ScalarTypes.Guess(text.Text) is not string || text.Text[0] is '[' or '{')
            ? YamlText.ParseValue(text.Text)
            : node;
}
