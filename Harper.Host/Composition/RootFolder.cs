using System.Globalization;
using Harper.Host.Configuration;

namespace Harper.Host.Composition;

/// <summary>
/// The root folder while a node runs on it: made if it is missing, locked against a second node, marked with the process id, and known by an id of
/// its own that survives restarts. The lock goes with the process, however that ends.
/// </summary>
internal sealed class RootFolder : IDisposable
{
    private const string LockFile = ".harper.lock";
    private const string PidFile = "hdb.pid";
    private const string IdFile = ".harper-node-id";

    private readonly string _path;
    private readonly FileStream _lock;

    private RootFolder(string path, FileStream taken, Guid nodeId)
    {
        _path = path;
        _lock = taken;
        NodeId = nodeId;
    }

    public Guid NodeId { get; }

    /// <summary>Where large request bodies lie while they are read.</summary>
    public static string SpoolOf(HarperConfig config) => Path.Combine(config.RootPath, "tmp");

    /// <summary>Where keys and kept credentials lie, and are read by nobody but their owners.</summary>
    public static string KeysOf(HarperConfig config) => Path.Combine(config.RootPath, "keys");

    /// <exception cref="HostStartException">No permission, or another node runs here.</exception>
    public static RootFolder Take(HarperConfig config)
    {
        var path = config.RootPath;
        try
        {
            CreatePrivate(path);
            foreach (var folder in (string[])[config.ComponentsRoot, config.Storage.Path, config.Storage.BackupPath, KeysOf(config)])
                CreatePrivate(folder);
            var taken = Lock(path);
            // What a killed process left there belongs to nobody.
            if (Directory.Exists(SpoolOf(config))) Directory.Delete(SpoolOf(config), recursive: true);
            CreatePrivate(SpoolOf(config));
            return new RootFolder(path, taken, ReadOrMakeId(Path.Combine(path, IdFile)));
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new HostStartException(
                $"no permission for the root folder {path}: {failure.Message} Run as its owner, or set ROOTPATH to a folder that this user may write.",
                HostStartException.NoPermission);
        }
        catch (IOException failure)
        {
            throw new HostStartException($"the root folder {path} cannot be used: {failure.Message}", HostStartException.NoPermission);
        }
    }

    /// <summary>Says who serves here: for scripts that stop the node.</summary>
    public void WritePid() => File.WriteAllText(Path.Combine(_path, PidFile), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        try
        {
            File.Delete(Path.Combine(_path, PidFile));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A stale id is harmless: whoever reads it checks the process.
        }
        _lock.Dispose();
    }

    private static FileStream Lock(string path)
    {
        var file = Path.Combine(path, LockFile);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(file))
        {
            var owner = ReadPid(path);
            throw new HostStartException(
                $"another node runs on the root folder {path}{(owner is null ? "" : $" (process {owner})")}; stop it first, or set ROOTPATH to another folder",
                HostStartException.AlreadyRunning);
        }
    }

    private static string? ReadPid(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, PidFile)).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Guid ReadOrMakeId(string file)
    {
        if (File.Exists(file) && Guid.TryParse(File.ReadAllText(file).Trim(), out var known)) return known;
        var made = Guid.NewGuid();
        File.WriteAllText(file, made.ToString());
        return made;
    }

    private static void CreatePrivate(string path)
    {
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
