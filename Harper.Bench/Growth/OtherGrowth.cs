using System.Diagnostics;
using Harper.Bench.Commands;
using Harper.Bench.Load;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Growth;

/// <summary>Records, indexes, and the backlog of a node that was away.</summary>
internal static class OtherGrowth
{
    public static Func<double, GrowthPoint> RecordSize(PairHolder holder, BenchSettings settings) => size =>
    {
        // The same number of bytes each time, at least some records, and requests of at most 4 MB.
        var bytes = (int)size;
        var records = Math.Clamp(settings.Scaled(40_000_000) / bytes, 12, 50_000);
        return Timed.Insert(
            holder.Pair, holder.Pair.MakeTable(typed: true), 0, records, Math.Clamp(4_000_000 / bytes, 1, 1000), bytes, padding: Math.Max(10, bytes - 90), readBack: Math.Clamp(4_000_000 / bytes, 1, 1000));
    };

    public static Func<double, GrowthPoint> Indexes(PairHolder holder, BenchSettings settings) => size =>
        Timed.Insert(holder.Pair, holder.Pair.MakeTable(typed: true, indexed: (int)size), 0, settings.Scaled(60_000, 1000), 1000, size);

    public static Func<double, GrowthPoint> Backlog(PairHolder holder, BenchSettings settings)
    {
        var (pair, rows) = (holder.Pair, 0);
        var table = pair.MakeTable();
        return size =>
        {
            var missed = settings.Scaled((int)size, 1000);
            pair.B.Stop();
            for (var done = 0; done < missed; done += 100_000)
                LoadRun.Run(pair.A.Operations, ThroughputRun.Requests(table, rows + done, Math.Min(100_000, missed - done), 1000, BenchRecords.SequentialKey), 4);
            rows += missed;
            pair.B.Start(pair.A.Address);
            var started = Stopwatch.GetTimestamp();
            var elapsed = pair.WaitForAll(table, rows, BenchRecords.SequentialKey, started);
            var megabytes = Math.Max(pair.A.Usage.ResidentBytes, pair.B.Usage.ResidentBytes) / 1048576d;
            pair.VerifyPart(table, rows, rows - missed, Math.Min(missed, 100_000), BenchRecords.SequentialKey);
            return new GrowthPoint(size, missed / elapsed.TotalSeconds, megabytes);
        };
    }
}
