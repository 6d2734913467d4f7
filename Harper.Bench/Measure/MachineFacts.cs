using System.Runtime.InteropServices;

namespace Harper.Bench.Measure;

/// <summary>What the figures were measured on.</summary>
internal sealed record MachineFacts(string Processor, int Cores, double MemoryGigabytes, string Kernel, string FileSystem, string Runtime, string Time)
{
    public static MachineFacts Read(string folder) => new(
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown",
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
        RuntimeInformation.OSDescription,
        FileSystemOf(folder),
        RuntimeInformation.FrameworkDescription,
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture));

    private static string FileSystemOf(string folder)
    {
        var full = Path.GetFullPath(folder);
        return File.ReadLines("/proc/mounts").Select(line => line.Split(' '))
            .Where(mount => mount.Length > 2 && (full == mount[1] || full.StartsWith(mount[1].TrimEnd('/') + "/", StringComparison.Ordinal)))
            .MaxBy(mount => mount[1].Length)?[2] ?? "unknown";
    }
}
