namespace Harper.Tests.Support;

/// <summary>A folder that goes with the spec that made it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "harper-specs-" + Guid.NewGuid().ToString("N"));

    public string Below(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The files as they are now, while somebody has them open: what a kill would leave behind.</summary>
    public static void CopyFiles(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            var name = System.IO.Path.GetFileName(file);
            if (name != "LOCK") File.Copy(file, System.IO.Path.Combine(to, name));
        }
    }

    /// <summary>Everything below a folder of a node that does not run.</summary>
    public static void CopyAll(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from)) Directory.CreateDirectory(to + folder[from.Length..]);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)) File.Copy(file, to + file[from.Length..]);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
