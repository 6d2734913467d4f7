namespace Harper.Tests.Support;

/// <summary>Where the sources lie, found upwards from the test assembly.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> Sources() => Directory
        .EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/") && !file.Contains("/bin/"));

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "harper.sln"))) return folder.FullName;
        throw new InvalidOperationException("harper.sln was not found above the test assembly.");
    }
}
