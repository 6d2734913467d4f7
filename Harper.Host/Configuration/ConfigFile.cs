using YamlDotNet.Core;

namespace Harper.Host.Configuration;

/// <summary>The configuration file on disk: found under either name, read, written through a temporary file so that a crash leaves the old or the new one.</summary>
internal static class ConfigFile
{
    public const string Name = "harperdb-config.yaml";
    public const string NewName = "harper-config.yaml";

    private const string Header =
        "# Configuration of this node. `harper config check` says what it means; a change takes effect at the next start.\n";

    /// <summary>Both names are read; if both exist the new one wins (R-CFG-02). Without a file: where the first start writes it.</summary>
    public static string Locate(string rootPath)
    {
        var renamed = Path.Combine(rootPath, NewName);
        return File.Exists(renamed) ? renamed : Path.Combine(rootPath, Name);
    }

    /// <summary>An absent file is an empty one.</summary>
    public static ConfigNode.Map Read(string path, List<string> errors, List<string> warnings)
    {
        try
        {
            if (!File.Exists(path)) return ConfigNode.Map.Empty;
            return Parse(File.ReadAllText(path), path, errors, warnings);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{path} cannot be read: {failure.Message}");
        }
        return ConfigNode.Map.Empty;
    }

    internal static ConfigNode.Map Parse(string text, string path, List<string> errors, List<string> warnings)
    {
        try
        {
            text = FlatReplicationSection.Indent(text, out var indented);
            if (indented) warnings.Add($"{path}: the lines after 'replication:' are not indented; they are read as belonging to it");
            var node = YamlText.Parse(text);
            if (node is ConfigNode.Map map) return map;
            if (!node.IsNullScalar) errors.Add($"{path} must hold keys and values, and begins with '{Cut(node.Display())}'");
        }
        catch (YamlException failure)
        {
            errors.Add($"{path} is not YAML, line {failure.Start.Line}, column {failure.Start.Column}: {failure.Message}");
        }
        return ConfigNode.Map.Empty;
    }

    public static void Write(string path, ConfigNode.Map root)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var next = path + ".next";
        using (var stream = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            using var writer = new StreamWriter(stream);
            writer.Write(Header);
            writer.Write(YamlText.Write(root));
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Copies the file to <c>backup/</c>, named by the time with <c>-</c> for <c>:</c>.</summary>
    public static string? Backup(string path, string backupDirectory, DateTimeOffset now)
    {
        if (!File.Exists(path)) return null;
        Directory.CreateDirectory(backupDirectory);
        var target = Path.Combine(backupDirectory, $"{now.UtcDateTime:yyyy-MM-ddTHH-mm-ss.fffZ}-{Path.GetFileName(path)}.bak");
        File.Copy(path, target, overwrite: true);
        return target;
    }

    private static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
