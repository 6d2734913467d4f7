using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Harper.Bench.Measure;

/// <summary>Counts the syncs of a process while something runs, with strace; attaching needs its permission. Null: it cannot be counted here.</summary>
internal static class SyncCounter
{
    public static long? During(int process, Action work)
    {
        var report = Path.GetTempFileName();
        try
        {
            using var strace = Process.Start(new ProcessStartInfo("strace",
                ["-f", "-c", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-o", report, "-p", process.ToString(CultureInfo.InvariantCulture)])
            { RedirectStandardError = true })!;
            if (strace.StandardError.ReadLine()?.Contains("attached", StringComparison.Ordinal) != true) return null;
            try
            {
                work();
            }
            finally
            {
                // Interrupted, it lets go of the process and writes its table.
                using var interrupt = Process.Start("kill", ["-INT", strace.Id.ToString(CultureInfo.InvariantCulture)]);
                interrupt.WaitForExit();
                if (!strace.WaitForExit(TimeSpan.FromSeconds(30))) strace.Kill();
            }

            return Parse(File.ReadLines(report));
        }
        catch (Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(report);
        }
    }

    /// <summary>Lines of strace's table: share, seconds, microseconds per call, calls, errors if any, name.</summary>
    public static long Parse(IEnumerable<string> lines) => lines
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields.Length >= 5 && fields[^1] is "fsync" or "fdatasync" or "msync")
        .Sum(fields => long.Parse(fields[3], CultureInfo.InvariantCulture));
}
