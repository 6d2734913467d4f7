using System.Collections.Immutable;

namespace Harper.Host.Configuration;

/// <summary>
/// The one place that reads environment, command line and file, and the order in which they count:
/// HARPER_SET_CONFIG, command line, environment, HARPER_CONFIG, file, HARPER_DEFAULT_CONFIG, built-in.
/// </summary>
internal sealed class HarperConfigLoader(IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> arguments)
{
    public const string SetVariable = "HARPER_SET_CONFIG";
    public const string ConfigVariable = "HARPER_CONFIG";
    public const string DefaultVariable = "HARPER_DEFAULT_CONFIG";

    public static HarperConfigLoader OfThisProcess(IReadOnlyList<string> arguments)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        return new HarperConfigLoader(environment, arguments);
    }

    /// <summary>The first administrator, for a first start; no configuration keys and never written to the file.</summary>
    public (string? Username, string? Password) FirstAdministrator => (Variable("HDB_ADMIN_USERNAME"), Variable("HDB_ADMIN_PASSWORD"));

    /// <summary>Reads everything; writes nothing.</summary>
    /// <param name="file">A file to read instead of the one in the root folder.</param>
    public ConfigReport Load(string? file = null) => Load(file, replaced: null);

    /// <param name="replaced">Stands in for the file's content: what would this file mean?</param>
    internal ConfigReport Load(string? file, ConfigNode.Map? replaced)
    {
        List<string> errors = [], warnings = [];
        var layers = Layers(errors, warnings);
        var rootPath = RootPath(layers, file);
        var filePath = file ?? ConfigFile.Locate(rootPath);
        var content = replaced ?? ConfigFile.Read(filePath, errors, warnings);
        var fileLayer = ConfigLayer.Of(Path.GetFileName(filePath), WithoutDroppedSettings(rootPath, content, layers.Set));
        List<ConfigLayer> order = [layers.Set, layers.CommandLine, layers.Environment, layers.Config, fileLayer, layers.Default];
        if (Variable("DEFAULTS_MODE")?.Equals("dev", StringComparison.OrdinalIgnoreCase) is true)
            order.Add(ConfigLayer.Of("DEFAULTS_MODE=dev", ConfigNode.Put(null, ["authentication", "authorizeLocal"], new ConfigNode.Scalar("true"))));

        var values = ConfigValues.Resolve(order, errors, warnings);
        ConfigRules.Check(values, errors, warnings);
        var config = HarperConfigBuilder.Build(values, rootPath, filePath, errors, warnings);
        ConfigRules.ListenersDiffer(config, errors);
        return new ConfigReport(errors.Count == 0 ? config : null, values.Entries, [.. errors.Distinct()], [.. warnings.Distinct()]);
    }

    /// <summary>
    /// Brings the file in line at a start: the first one writes what was given, HARPER_CONFIG is applied again, and what HARPER_SET_CONFIG
    /// forces stands in the file for as long as it does.
    /// </summary>
    public void Synchronize(HarperConfig config)
    {
        List<string> ignored = [];
        var layers = Layers(ignored, ignored);
        var exists = File.Exists(config.FilePath);
        var before = ConfigFile.Read(config.FilePath, ignored, ignored);
        var after = exists ? before : ConfigNode.Put(null, ["rootPath"], new ConfigNode.Scalar(config.RootPath, Quoted: true));
        after = WithoutDroppedSettings(config.RootPath, after, layers.Set);
        after = ConfigSources.Overlay(after, layers.Config.Root);
        if (!exists) after = ConfigSources.Overlay(ConfigSources.Overlay(after, layers.Environment.Root), layers.CommandLine.Root);
        after = ConfigSources.Overlay(after, layers.Set.Root);
        ForcedSettings.Write(config.RootPath, layers.Set);
        if (!exists || !ConfigNode.Same(before, after)) ConfigFile.Write(config.FilePath, after);
    }

    /// <summary>The variable or flag that overrides the file for a key, if there is one.</summary>
    public string? OverriderOf(ConfigKey key)
    {
        List<string> ignored = [];
        var layers = Layers(ignored, ignored);
        foreach (var layer in (ConfigLayer[])[layers.Set, layers.CommandLine, layers.Environment, layers.Config])
            if (layer.Root.At(key.Parts) is not null) return layer.LabelOf(key.Path);
        return null;
    }

    private SourceLayers Layers(List<string> errors, List<string> warnings) => new(
        ConfigSources.FromJson(SetVariable, environment, errors),
        ConfigSources.FromCommandLine(arguments, errors),
        ConfigSources.FromEnvironment(environment, warnings),
        ConfigSources.FromJson(ConfigVariable, environment, errors),
        ConfigSources.FromJson(DefaultVariable, environment, errors));

    private static ConfigNode.Map WithoutDroppedSettings(string rootPath, ConfigNode.Map file, ConfigLayer set)
    {
        foreach (var path in ForcedSettings.Read(rootPath))
            if (set.Root.At(path) is null) file = ConfigNode.Remove(file, path);
        return file;
    }

    private string RootPath(SourceLayers layers, string? file)
    {
        string[] key = ["rootPath"];
        var given = (layers.Set.Root.At(key) ?? layers.CommandLine.Root.At(key) ?? layers.Environment.Root.At(key) ?? layers.Config.Root.At(key)) as ConfigNode.Scalar;
        if (given is { IsNull: false }) return Path.GetFullPath(given.Text);
        if (file is not null)
        {
            List<string> ignored = [];
            return ConfigFile.Read(file, ignored, ignored).Find("rootPath") is ConfigNode.Scalar { IsNull: false } named
                ? Path.GetFullPath(named.Text)
                : Path.GetDirectoryName(Path.GetFullPath(file))!;
        }
        return Path.Combine(Variable("HOME") ?? Directory.GetCurrentDirectory(), "hdb");
    }

    private string? Variable(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    private sealed record SourceLayers(ConfigLayer Set, ConfigLayer CommandLine, ConfigLayer Environment, ConfigLayer Config, ConfigLayer Default);
}
