using System.Text.Json;

namespace Harper.Bench.Systems;

/// <summary>Where the original is installed, if it is: <c>HARPERDB_DIR</c>, or the cache folder that <c>test.sh</c> installs it into.</summary>
internal static class OriginalInstall
{
    public static SystemUnderTest? Find()
    {
        var folder = Environment.GetEnvironmentVariable("HARPERDB_DIR") is { Length: > 0 } named ? named : Cached();
        if (folder is null) return null;
        var program = Path.Combine(folder, "bin", "harperdb.js");
        if (!File.Exists(program)) throw new BenchFailure($"HARPERDB_DIR names {folder}, and there is no bin/harperdb.js in it: name the folder of the installed npm package");
        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "package.json")));
        return new SystemUnderTest("original", package.RootElement.GetProperty("version").GetString()!, [Node(folder), program]) { IsOriginal = true };
    }

    /// <summary>The installer leaves a link to a node that is new enough beside it.</summary>
    private static string Node(string folder)
    {
        var link = Path.Combine(Path.GetFullPath(Path.Combine(folder, "..", "..")), "node-20");
        return File.Exists(link) ? link : "node";
    }

    private static string? Cached()
    {
        var root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        if (!Directory.Exists(root)) return null;
        return Directory.EnumerateDirectories(root, "harper*")
            .SelectMany(folder => new[] { folder }.Concat(Directory.EnumerateDirectories(folder)))
            .Select(folder => Path.Combine(folder, "node_modules", "harperdb"))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "bin", "harperdb.js")));
    }
}
