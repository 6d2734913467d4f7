using Harper.Actors.Certificates;

namespace Harper.Host.Security;

/// <summary>The folder <c>keys/</c> below the root: files that the owner of the process alone can read (R-SEC-12).</summary>
internal sealed class KeyFolder(string path) : IKeyFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string? Read(string name)
    {
        var file = Path.Combine(path, name);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(path);
        var file = Path.Combine(path, name);
        var beside = Path.Combine(path, $".{name}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        // Nobody else may read it, not even between its making and a change of its mode.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        try
        {
            using (var stream = new FileStream(beside, options))
            {
                using (var writer = new StreamWriter(stream, leaveOpen: true)) writer.Write(text);
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, file, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    public void Delete(string name) => File.Delete(Path.Combine(path, name));

    public IReadOnlyList<string> List() => Directory.Exists(path)
        ? [.. Directory.EnumerateFiles(path, "*.pem").Select(file => Path.GetFileName(file)).Where(name => !name.StartsWith('.'))]
        : [];
}
