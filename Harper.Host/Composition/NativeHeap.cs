using System.Runtime.InteropServices;

namespace Harper.Host.Composition;

/// <summary>
/// Keeps the C library from hoarding what the store gives back. By default glibc has eight heaps per core, each with holes of its own, and learns from the first large block that it frees to
/// keep blocks of that size for ever: a node that takes in large records had three times as much there as the store held.
/// </summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1, MapThreshold = -3, MaxArenas = -8;

    /// <summary>Blocks from here on go back to the system when they are freed: pieces of write buffers, batches, blocks of large records.</summary>
    private const int MappedFromBytes = 128 << 10;

    private const int KeptAtTopBytes = 4 << 20;

    /// <summary>Before the first store is opened; harmless where the C library is another one.</summary>
    public static void Configure()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(MaxArenas, 2);
            _ = SetOption(MapThreshold, MappedFromBytes);
            _ = SetOption(TrimThreshold, KeptAtTopBytes);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            // No such call, and no such habits.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);
}
