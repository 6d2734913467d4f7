using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Growth;

/// <summary>The measured part of every curve: so many records, batch by batch, until the other node has them.</summary>
internal static class Timed
{
    private const int Connections = 4;

    public static GrowthPoint Insert(BenchPair pair, BenchTable table, int from, int records, int batch, double size, int padding = 90, int readBack = 1000)
    {
        var requests = ThroughputRun.Requests(table, from, records, batch, BenchRecords.SequentialKey, padding);
        var started = Stopwatch.GetTimestamp();
        LoadRun.Run(pair.A.Operations, requests, Connections);
        var elapsed = pair.WaitForAll(table, from + records, BenchRecords.SequentialKey, started, batch);
        pair.VerifyPart(table, from + records, from, records, BenchRecords.SequentialKey, readBack);
        return new GrowthPoint(size, records / elapsed.TotalSeconds, Math.Max(pair.A.Usage.ResidentBytes, pair.B.Usage.ResidentBytes) / 1048576d);
    }
}
