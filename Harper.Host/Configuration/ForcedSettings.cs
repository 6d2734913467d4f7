namespace Harper.Host.Configuration;

/// <summary>
/// Remembers which keys HARPER_SET_CONFIG has forced into the file, one dotted path a line, so that a key that is no longer forced is
/// taken out again at the next start.
/// </summary>
internal static class ForcedSettings
{
    private const string FileName = ".forced-config-keys";

    public static IReadOnlyList<string[]> Read(string rootPath)
    {
        try
        {
            var path = Path.Combine(rootPath, FileName);
            return File.Exists(path) ? [.. File.ReadAllLines(path).Where(line => line.Length > 0).Select(line => line.Split('.'))] : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static void Write(string rootPath, ConfigLayer set)
    {
        var path = Path.Combine(rootPath, FileName);
        var keys = set.Leaves().SelectMany(leaf => leaf.Key is { IsJoined: true } ? Below(leaf.Path, leaf.Value) : [leaf.Path]).Select(path => string.Join('.', path)).ToList();
        if (keys.Count > 0) File.WriteAllLines(path, keys);
        else if (File.Exists(path)) File.Delete(path);
    }

    /// <summary>Of a section that was joined with the file's only what was forced is taken out again.</summary>
    private static IEnumerable<string[]> Below(string[] path, ConfigNode value) =>
        value is ConfigNode.Map { Entries.IsEmpty: false } map ? map.Entries.SelectMany(entry => Below([.. path, entry.Key], entry.Value)) : [path];
}
