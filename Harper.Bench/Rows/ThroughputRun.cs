using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Measure;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>Loads one table on one node and waits until the other can read all of it.</summary>
internal static class ThroughputRun
{
    /// <summary>Filling a table of two million rows takes the original a quarter of an hour: a quick run fills 400,000.</summary>
    private const double QuickShareOfFill = 0.2;

    /// <param name="scale">Share of the records that the row names: below 1 for a quick run.</param>
    public static ThroughputFigures Run(BenchPair pair, RowSpec row, double scale)
    {
        var records = Round((pair.System.IsOriginal ? row.RecordsOfOriginal : row.Records) * scale, row.Batch);
        var before = row.RandomOver == 0 ? 0 : Round(row.RandomOver * (scale < 1 ? QuickShareOfFill : 1), 1000);
        var table = pair.MakeTable(row.Typed);
        if (row.RandomOver > 0) Fill(pair, table, before);
        Func<long, string> key = row.RandomOver > 0 ? BenchRecords.RandomKey : BenchRecords.SequentialKey;
        var requests = Requests(table, before, records, row.Batch, key);

        var (a, b, busy) = (pair.A.Usage, pair.B.Usage, ProcessUsage.MachineBusySeconds());
        var started = Stopwatch.GetTimestamp();
        var load = LoadRun.Run(pair.A.Operations, requests, row.Connections);
        var replicated = pair.WaitForAll(table, before + records, key(before + records - 1), started);
        var (cpuA, cpuB) = (pair.A.Usage.CpuSeconds - a.CpuSeconds, pair.B.Usage.CpuSeconds - b.CpuSeconds);
        var others = ProcessUsage.MachineBusySeconds() - busy - cpuA - cpuB - load.ClientCpuSeconds;
        pair.Verify(table, before + records);
        return new ThroughputFigures
        {
            Records = records, Inserted = records / load.Elapsed.TotalSeconds, Replicated = records / replicated.TotalSeconds,
            LagMs = (replicated - load.Elapsed).TotalMilliseconds, CpuA = cpuA / records * 1e6, CpuB = cpuB / records * 1e6,
            CpuClient = load.ClientCpuSeconds / records * 1e6, OthersCores = Math.Max(0, others) / replicated.TotalSeconds, Answers = load.Answers,
        };
    }

    /// <summary>Records in the middle of keys that may lie anywhere, as quickly as the system takes them.</summary>
    public static void Fill(BenchPair pair, BenchTable table, int records, int from = 0, bool sequential = false)
    {
        Func<long, string> key = sequential ? BenchRecords.SequentialKey : BenchRecords.RandomKey;
        const int AtOnce = 100_000;
        for (var done = 0; done < records; done += AtOnce)
        {
            var part = Math.Min(AtOnce, records - done);
            var since = Stopwatch.GetTimestamp();
            LoadRun.Run(pair.A.Operations, Requests(table, from + done, part, 1000, key), 4);
            pair.WaitForAll(table, from + done + part, key(from + done + part - 1), since);
        }
    }

    public static IReadOnlyList<byte[]> Requests(BenchTable table, int first, int records, int batch, Func<long, string> key, int padding = 90)
    {
        var requests = new byte[(records + batch - 1) / batch][];
        Parallel.For(0, requests.Length, i =>
            requests[i] = RawConnection.Request(table.Insert(first + (long)i * batch, Math.Min(batch, records - i * batch), key, padding)));
        return requests;
    }

    private static int Round(double records, int unit) => Math.Max(unit, (int)records / unit * unit);
}
