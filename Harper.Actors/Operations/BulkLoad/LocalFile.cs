using System.Runtime.InteropServices;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.BulkLoad;

/// <summary>
/// A file of this machine that a caller named. Only plain files are opened: opening a pipe waits for somebody who writes to it, a device has no end, and neither ends with a deadline.
/// What says that it has no bytes is taken at its word and not opened at all, which leaves out what the kernel makes up below <c>/proc</c>.
/// </summary>
internal static partial class LocalFile
{
    private const int CurrentFolder = -100;
    private const uint TypeAndSize = 0x201;
    private const int ModeAt = 28, SizeAt = 40, StatusBytes = 256;
    private const int NoSuchFile = 2, NoSuchFolder = 20;
    private const int TypeBits = 0xF000, PlainFile = 0x8000, Folder = 0x4000;

    /// <summary>Looked at before it is opened: a job that fails after its answer helps nobody.</summary>
    /// <param name="keys">The folder whose files nobody reads through an operation (R-SEC-12).</param>
    /// <exception cref="OperationError">400: the file is not there, is not a plain file, or may not be read.</exception>
    public static void Require(string path, string keys)
    {
        try
        {
            if (IsBelow(path, keys)) throw OperationError.Bad($"{path} lies in the folder of keys, which never leave it");
            Open(path).Dispose();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw OperationError.Bad($"No such file or directory {path}");
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw OperationError.Bad(Directory.Exists(path) ? $"{path} is a directory, not a file" : $"Permission denied {path}");
        }
    }

    /// <exception cref="OperationError">400: it is not a plain file.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static TextReader Open(string path)
    {
        if (!OperatingSystem.IsLinux()) return new StreamReader(path);
        var (type, size) = Look(path);
        if (type is not (PlainFile or Folder)) throw OperationError.Bad($"{path} is not a plain file but a pipe, a device or a socket");
        return size == 0 ? TextReader.Null : new StreamReader(path);
    }

    /// <summary>Of what the name leads to, links followed. What cannot be looked at is not opened.</summary>
    private static (int Type, long Size) Look(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        if (Statx(CurrentFolder, path, 0, TypeAndSize, status) == 0)
            return (MemoryMarshal.Read<ushort>(status[ModeAt..]) & TypeBits, MemoryMarshal.Read<long>(status[SizeAt..]));
        throw Marshal.GetLastPInvokeError() is NoSuchFile or NoSuchFolder ? new FileNotFoundException(null, path) : new UnauthorizedAccessException(path);
    }

    private static bool IsBelow(string path, string folder)
    {
        var real = RealOf(path);
        return real.StartsWith(RealOf(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    /// <summary>The name without links, of the file and of the folders above it; of what is not there the full name.</summary>
    private static string RealOf(string path)
    {
        var full = Path.GetFullPath(path);
        if (File.ResolveLinkTarget(full, returnFinalTarget: true) is { } target) full = target.FullName;
        return Path.GetDirectoryName(full) is { } above && above != full ? Path.Combine(RealOf(above), Path.GetFileName(full)) : full;
    }

    /// <summary>statx(2): its layout is the same on every processor.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> status);
}
