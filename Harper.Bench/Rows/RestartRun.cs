using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Results;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>
/// Stops and starts one node whose data is complete. Whether it is sent everything again is seen in the bytes that the loopback device carries from its start until it
/// has received a record written after it and some seconds more: a copy of the table is tens of megabytes, a resumed session some kilobytes. Nothing else of
/// this machine's loopback traffic may be large meanwhile.
/// </summary>
internal static class RestartRun
{
    public static void Run(BenchPair pair, BenchTable table, int records, int restarts, RoundFigures figures)
    {
        var (times, copies) = (new List<double>(), 0);
        var watched = TimeSpan.FromSeconds(pair.System.IsOriginal ? 5 : 1);
        var marks = pair.MakeTable(typed: true);
        for (var i = 0; i < restarts; i++)
        {
            pair.B.Stop();
            var before = LoopbackBytes();
            times.Add(pair.B.Start(pair.A.Address).TotalSeconds);

            // A record that came through shows that the session runs; what would be copied is under way then. Asking is traffic too, so it is asked seldom.
            pair.ClientA.Run(marks.Insert(i, 1, BenchRecords.SequentialKey));
            pair.WaitForLast(marks, BenchRecords.SequentialKey(i), pauseMs: 100);
            var since = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(since) < watched && LoopbackBytes() - before <= Much(records)) Thread.Sleep(50);
            if (LoopbackBytes() - before > Much(records)) copies++;
        }

        Wait.Until("the restarted node counts all its records", TimeSpan.FromMinutes(10), () => pair.ClientB.Count(table) >= records, pauseMs: 100);
        (figures.Restarts, figures.NeedlessCopies) = (restarts, copies);
        if (times.Count > 0) figures.RestartSeconds = times.Order().ElementAt(times.Count / 2);
    }

    /// <summary>Less than a twentieth of what the records take on the wire is no copy.</summary>
    private static long Much(int records) => Math.Max(200_000, records * 5L);

    private static long LoopbackBytes()
    {
        var line = File.ReadLines("/proc/net/dev").First(line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
