using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Measure;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>One pair from its first start to some hundred thousand records: starts, memory, a joining node, a node that was away, disk, restarts.</summary>
internal static class VolumeRun
{
    private const int Copied = 200_000;
    private const int Missed = 100_000;
    private const int OnDisk = 400_000;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(15);

    public static void Run(SystemUnderTest system, string folder, int memoryRecords, int restarts, RoundFigures figures, Action<string> say)
    {
        using var pair = new BenchPair(system, folder);
        figures.FirstStartSeconds = pair.FirstStart.TotalSeconds;
        figures.IdleMegabytes = Resident(pair);
        var table = pair.MakeTable();
        say($"{system.Id}: {Copied} records");
        ThroughputRun.Fill(pair, table, Copied, sequential: true);
        figures.MegabytesAfter200K = Resident(pair);
        say($"{system.Id}: a node joins");
        JoinRun.Run(pair, table, Copied, figures);
        say($"{system.Id}: a node was away");
        CatchUp(pair, table, figures);
        ThroughputRun.Fill(pair, table, OnDisk - Copied - Missed, from: Copied + Missed, sequential: true);
        Thread.Sleep(Settling);
        figures.DiskMegabytesAt400K = FolderSize.Megabytes(pair.A.DataFolder);
        say($"{system.Id}: {restarts} restarts");
        RestartRun.Run(pair, table, OnDisk, restarts, figures);
        pair.Verify(table, OnDisk);
        if (memoryRecords <= OnDisk) return;
        say($"{system.Id}: {memoryRecords} records");
        ThroughputRun.Fill(pair, table, memoryRecords - OnDisk, from: OnDisk, sequential: true);
        figures.MegabytesAfter1M = Resident(pair);
    }

    private static void CatchUp(BenchPair pair, BenchTable table, RoundFigures figures)
    {
        pair.B.Stop();
        LoadRun.Run(pair.A.Operations, ThroughputRun.Requests(table, Copied, Missed, 1000, BenchRecords.SequentialKey), 4);
        pair.B.Start(pair.A.Address);
        var answering = Stopwatch.GetTimestamp();
        Wait.Until("the node that was away has caught up", Deadline, () => pair.ClientB.Count(table) >= Copied + Missed, pauseMs: 50);
        figures.CatchUpRate = Missed / Stopwatch.GetElapsedTime(answering).TotalSeconds;
    }

    private static double Resident(BenchPair pair)
    {
        Thread.Sleep(Settling);
        return Math.Max(pair.A.Usage.ResidentBytes, pair.B.Usage.ResidentBytes) / 1048576d;
    }
}
