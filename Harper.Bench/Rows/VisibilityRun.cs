using System.Diagnostics;
using System.Text;
using Harper.Bench.Load;
using Harper.Bench.Measure;
using Harper.Bench.Results;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>Inserts one record after the other on one node and asks the other for it until it is there.</summary>
internal static class VisibilityRun
{
    private const int WarmUp = 100;

    public static void Run(BenchPair pair, int samples, RoundFigures figures)
    {
        var table = pair.MakeTable();
        using var a = new RawConnection(pair.A.Operations);
        using var b = new RawConnection(pair.B.Operations);
        var (acknowledged, visible) = (new List<double>(samples), new List<double>(samples));
        var random = new Random(11);
        for (var i = 0; i < WarmUp + samples; i++)
        {
            var key = BenchRecords.SequentialKey(i);
            var (insert, find, sought) = (RawConnection.Request(table.Insert(i, 1, BenchRecords.SequentialKey)), RawConnection.Request(table.Find(key)), Encoding.ASCII.GetBytes(key));
            var started = Stopwatch.GetTimestamp();
            a.Send(insert);
            var answered = Stopwatch.GetElapsedTime(started);
            while (b.Send(find).IndexOf(sought) < 0)
            {
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
                    throw new BenchFailure($"{pair.System.Id}: a record was not seen on the other node within 30 s");
                // Without a pause the question takes the cores that the answer needs.
                ShortSleep.For(0.1);
            }

            var seen = Stopwatch.GetElapsedTime(started);
            if (i < WarmUp) continue;
            acknowledged.Add(answered.TotalMilliseconds);
            visible.Add(seen.TotalMilliseconds);

            // Not in step with anything the node does by its own clock.
            Thread.Sleep(random.Next(5));
        }

        pair.Verify(table, WarmUp + samples);
        (figures.Acknowledged, figures.Visible) = (Percentiles.Of(acknowledged), Percentiles.Of(visible));
    }

    /// <summary>How often each node syncs per acknowledged single insert.</summary>
    public static void CountSyncs(BenchPair pair, RoundFigures figures)
    {
        const int Writes = 300;
        figures.SyncsPerWrite = Syncs(pair, pair.A, Writes);
        figures.SyncsPerAppliedWrite = Syncs(pair, pair.B, Writes);
    }

    private static double? Syncs(BenchPair pair, BenchNode counted, int writes)
    {
        var table = pair.MakeTable();
        var requests = ThroughputRun.Requests(table, 0, writes, 1, BenchRecords.SequentialKey);
        var syncs = SyncCounter.During(counted.ProcessId, () =>
        {
            var since = Stopwatch.GetTimestamp();
            LoadRun.Run(pair.A.Operations, requests, 1);
            pair.WaitForAll(table, writes, BenchRecords.SequentialKey, since, batch: 1);
        });
        return syncs / (double)writes;
    }
}
