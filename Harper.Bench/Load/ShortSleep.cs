using System.Runtime.InteropServices;

namespace Harper.Bench.Load;

/// <summary>
/// Sleeps of less than a millisecond. <see cref="Thread.Sleep(TimeSpan)"/> cuts them to none and only yields: a load generator that waits like that takes from the nodes the very cores
/// on which it measures them.
/// </summary>
internal static partial class ShortSleep
{
    public static void For(double milliseconds)
    {
        if (milliseconds <= 0) return;
        if (milliseconds >= 2 || !OperatingSystem.IsLinux())
        {
            Thread.Sleep((int)Math.Max(1, milliseconds));
            return;
        }

        // Who is woken early goes on early: every caller looks at the clock.
        _ = Sleep((uint)(milliseconds * 1000));
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sleep(uint microseconds);
}
