using System.Diagnostics;
using System.Text;
using Harper.Bench.Load;
using Harper.Bench.Measure;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>Answers and visibility of single inserts while the node works at some share of what it can do.</summary>
internal static class LoadLatencyRun
{
    public const int Connections = 4;

    public static double Maximum(BenchPair pair, int records)
    {
        var table = pair.MakeTable();
        var requests = ThroughputRun.Requests(table, 0, records, 1, BenchRecords.SequentialKey);
        LoadRun.Run(pair.A.Operations, requests, Connections);
        table = pair.MakeTable();
        requests = ThroughputRun.Requests(table, 0, records, 1, BenchRecords.SequentialKey);
        return records / LoadRun.Run(pair.A.Operations, requests, Connections).Elapsed.TotalSeconds;
    }

    public static (Percentiles Acknowledged, Percentiles Visible) At(BenchPair pair, double perSecond, TimeSpan length)
    {
        var (loaded, probed) = (pair.MakeTable(), pair.MakeTable());
        var records = Math.Max(100, (int)(perSecond * length.TotalSeconds));
        var requests = ThroughputRun.Requests(loaded, 0, records, 1, BenchRecords.SequentialKey);
        using var stop = new CancellationTokenSource();
        List<double> visible = [];
        Exception? failed = null;
        var probing = new Thread(() =>
        {
            try
            {
                visible = Probe(pair, probed, stop.Token);
            }
            catch (Exception failure)
            {
                failed = failure;
            }
        });
        probing.Start();
        var answers = PacedRun.Run(pair.A.Operations, requests, Connections, perSecond);
        stop.Cancel();
        probing.Join();
        if (failed is not null) throw new BenchFailure(failed.Message);
        pair.WaitForAll(loaded, records, BenchRecords.SequentialKey, Stopwatch.GetTimestamp(), batch: 1);
        pair.Verify(loaded, records);
        return (Percentiles.Of(answers), Percentiles.Of(visible));
    }

    /// <summary>Some fifty inserts a second of its own, each sought on the other node until it is there.</summary>
    private static List<double> Probe(BenchPair pair, BenchTable table, CancellationToken stop)
    {
        using var a = new RawConnection(pair.A.Operations);
        using var b = new RawConnection(pair.B.Operations);
        var found = new List<double>();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var key = BenchRecords.SequentialKey(i);
            var (insert, find, sought) = (RawConnection.Request(table.Insert(i, 1, BenchRecords.SequentialKey)), RawConnection.Request(table.Find(key)), Encoding.ASCII.GetBytes(key));
            var started = Stopwatch.GetTimestamp();
            a.Send(insert);
            while (b.Send(find).IndexOf(sought) < 0)
            {
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(60)) throw new BenchFailure("a record was not seen on the other node within 60 s");
                ShortSleep.For(0.1);
            }

            found.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Thread.Sleep(15);
        }

        return found;
    }
}
