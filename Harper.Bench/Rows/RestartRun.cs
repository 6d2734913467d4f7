using Harper.Bench.Load;
using Harper.Bench.Measure;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>
/// Stops and starts one node whose data is complete. Whether it is sent everything again is seen in the bytes that the loopback device carries until it is quiet: a
/// copy of the table is tens of megabytes, a resumed session some kilobytes. Nothing else of this machine's loopback traffic may be large meanwhile.
/// </summary>
internal static class RestartRun
{
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(8);

    public static void Run(BenchPair pair, BenchTable table, int records, int restarts, RoundFigures figures)
    {
        var (times, copies) = (new List<double>(), 0);
        for (var i = 0; i < restarts; i++)
        {
            pair.B.Stop();
            var before = LoopbackBytes();
            times.Add(pair.B.Start(pair.A.Address).TotalSeconds);
            Wait.Until("the restarted node answers with all its records", TimeSpan.FromMinutes(10), () => pair.ClientB.Count(table) >= records, pauseMs: 100);
            Thread.Sleep(Watched);

            // Less than a tenth of what the records take on the wire is no copy.
            if (LoopbackBytes() - before > records * 15L) copies++;
        }

        (figures.Restarts, figures.NeedlessCopies) = (restarts, copies);
        if (times.Count > 0) figures.RestartSeconds = times.Order().ElementAt(times.Count / 2);
    }

    private static long LoopbackBytes()
    {
        var line = File.ReadLines("/proc/net/dev").First(line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
