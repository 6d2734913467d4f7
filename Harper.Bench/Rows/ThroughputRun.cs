using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Measure;
using Harper.Bench.Results;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>Loads one table on one node and waits until the other can read all of it.</summary>
internal static class ThroughputRun
{
    /// <param name="scale">Share of the records that the row names: below 1 for a quick run.</param>
    /// <param name="filled">A table that holds so many rows already, between whose keys the new ones fall; null: a fresh one.</param>
    public static ThroughputFigures Run(BenchPair pair, RowSpec row, double scale, BenchTable? filled = null, int before = 0)
    {
        var records = Round((pair.System.IsOriginal ? row.RecordsOfOriginal : row.Records) * scale, row.Batch);
        var table = filled ?? pair.MakeTable(row.Typed);
        Func<long, string> key = filled is not null ? BenchRecords.RandomKey : BenchRecords.SequentialKey;
        var requests = Requests(table, before, records, row.Batch, key);

        var (a, b, busy) = (pair.A.Usage, pair.B.Usage, ProcessUsage.MachineBusySeconds());
        var started = Stopwatch.GetTimestamp();
        var load = LoadRun.Run(pair.A.Operations, requests, row.Connections);
        var replicated = pair.WaitForAll(table, before + records, key, started, row.Batch);
        var (cpuA, cpuB) = (pair.A.Usage.CpuSeconds - a.CpuSeconds, pair.B.Usage.CpuSeconds - b.CpuSeconds);
        var others = ProcessUsage.MachineBusySeconds() - busy - cpuA - cpuB - load.ClientCpuSeconds;
        if (before == 0) pair.Verify(table, records);
        else pair.VerifyPart(table, before + records, before, records, key);
        return new ThroughputFigures
        {
            Records = records, RowsBefore = before, Inserted = records / load.Elapsed.TotalSeconds, Replicated = records / replicated.TotalSeconds,
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
            LoadRun.Run(pair.A.Operations, Requests(table, from + done, part, 1000, key), 4);

            // The last record and not a count, which grows with the table.
            pair.WaitForLast(table, key(from + done + part - 1));
        }
    }

    public static IReadOnlyList<byte[]> Requests(BenchTable table, int first, int records, int batch, Func<long, string> key, int padding = 90)
    {
        var requests = new byte[(records + batch - 1) / batch][];
        Parallel.For(0, requests.Length, i =>
            requests[i] = RawConnection.Request(table.Insert(first + (long)i * batch, Math.Min(batch, records - i * batch), key, padding)));
        return requests;
    }

    public static string Describe(ThroughputFigures figures) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{figures.Replicated:n0} records/s replicated, CPU per record {figures.CpuA:n1} + {figures.CpuB:n1} us (load {figures.CpuClient:n1} us, other programs {figures.OthersCores:n2} cores)");

    private static int Round(double records, int unit) => Math.Max(unit, (int)records / unit * unit);
}
