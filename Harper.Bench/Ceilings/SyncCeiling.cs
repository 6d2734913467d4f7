using System.Diagnostics;

namespace Harper.Bench.Ceilings;

/// <summary>How often this disk makes a small append durable.</summary>
internal static class SyncCeiling
{
    private const int Appends = 2000;

    public static double Run(string folder)
    {
        var path = Path.Combine(folder, "sync-" + Guid.NewGuid().ToString("N"));
        try
        {
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            var record = new byte[200];
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < Appends; i++)
            {
                RandomAccess.Write(file, record, i * (long)record.Length);
                RandomAccess.FlushToDisk(file);
            }

            return Appends / watch.Elapsed.TotalSeconds;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
