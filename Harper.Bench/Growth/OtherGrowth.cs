using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Growth;

/// <summary>Records, indexes, the backlog of a node that was away, and the number of nodes.</summary>
internal static class OtherGrowth
{
    private static readonly int[] Sizes = [100, 1_000, 10_000, 100_000, 1_000_000];
    private static readonly int[] IndexCounts = [0, 1, 2, 4, 8, 16];
    private static readonly int[] Missed = [10_000, 100_000, 300_000, 1_000_000];
    private static readonly int[] NodeCounts = [2, 3, 5];

    public static GrowthCurve RecordSize(SystemUnderTest system, string folder, Action<string> say)
    {
        using var pair = new BenchPair(system, folder);
        var points = new List<GrowthPoint>();
        foreach (var bytes in Sizes)
        {
            // The same number of bytes each time, at least some records, and requests of at most 4 MB.
            var records = Math.Clamp(40_000_000 / bytes, 60, 50_000);
            points.Add(Timed.Insert(pair, pair.MakeTable(typed: true), 0, records, Math.Clamp(4_000_000 / bytes, 1, 1000), bytes, padding: Math.Max(10, bytes - 90)));
            say($"record size: {points[^1]}");
        }

        return new GrowthCurve("record-size", "As records grow (typed table)", "bytes per record", "Small records cost by the piece, large ones by the byte: from some kilobytes on the disk's log and the socket carry bytes and little else.", points);
    }

    public static GrowthCurve Indexes(SystemUnderTest system, string folder, Action<string> say)
    {
        using var pair = new BenchPair(system, folder);
        var points = new List<GrowthPoint>();
        foreach (var indexes in IndexCounts)
        {
            points.Add(Timed.Insert(pair, pair.MakeTable(typed: true, indexed: indexes), 0, 60_000, 1000, indexes));
            say($"indexes: {points[^1]}");
        }

        return new GrowthCurve("indexes", "As indexes are added (typed table)", "indexed attributes", "Each index is one more key per record in the store, on both nodes: that is nearly all that a record costs.", points);
    }

    public static GrowthCurve Backlog(SystemUnderTest system, string folder, int most, Action<string> say)
    {
        using var pair = new BenchPair(system, folder);
        var table = pair.MakeTable();
        var points = new List<GrowthPoint>();
        var rows = 0;
        foreach (var missed in Missed.Where(size => size <= most))
        {
            pair.B.Stop();
            for (var done = 0; done < missed; done += 100_000)
                LoadRun.Run(pair.A.Operations, ThroughputRun.Requests(table, rows + done, Math.Min(100_000, missed - done), 1000, BenchRecords.SequentialKey), 4);
            rows += missed;
            pair.B.Start(pair.A.Address);
            var started = Stopwatch.GetTimestamp();
            pair.WaitForAll(table, rows, BenchRecords.SequentialKey(rows - 1), started);
            points.Add(new GrowthPoint(missed, missed / Stopwatch.GetElapsedTime(started).TotalSeconds, pair.A.Usage.ResidentBytes / 1048576d));
            say($"backlog: {points[^1]}");
        }

        return new GrowthCurve("backlog", "As the backlog of a node that was away grows", "records missed", "The log is read from the store in pieces, by position: neither memory nor rate depends on how much is waiting.", points);
    }

    public static GrowthCurve Nodes(SystemUnderTest system, string folder, Action<string> say)
    {
        var points = new List<GrowthPoint>();
        foreach (var nodes in NodeCounts)
        {
            using var pair = new BenchPair(system, folder);
            var more = Enumerable.Range(0, nodes - 2).Select(i => new BenchNode(system, $"n{i}", $"127.0.0.{4 + i}", pair.Folder)).ToList();
            var table = pair.MakeTable();
            try
            {
                foreach (var node in more) Join(pair, node, table);
                var point = Timed.Insert(pair, table, 0, 60_000, 1000, nodes);
                var since = Stopwatch.GetTimestamp();
                foreach (var node in more)
                {
                    using var client = new BenchClient(node.Operations);
                    Wait.Until("every node has every record", TimeSpan.FromMinutes(5), () => client.Count(table) >= 60_000);
                }

                points.Add(point with { Rate = 60_000 / (60_000 / point.Rate + Stopwatch.GetElapsedTime(since).TotalSeconds) });
                say($"nodes: {points[^1]}");
            }
            finally
            {
                more.ForEach(node => node.Dispose());
            }
        }

        return new GrowthCurve("nodes", "As nodes are added on one machine", "nodes", "Every node does all of the work of every record, and they share the same cores.", points);
    }

    private static void Join(BenchPair pair, BenchNode node, BenchTable table)
    {
        node.Start();
        using var client = new BenchClient(node.Operations);
        client.Run($$$"""
            {"operation":"add_node","url":"ws://{{{pair.A.Address}}}:9933","authorization":{"username":"{{{BenchNode.User}}}","password":"{{{BenchNode.Password}}}"}}
            """);
        Wait.Until("the table is known to the joined node", TimeSpan.FromMinutes(2), () => client.Try(table.Describe(exact: false)).Status == 200);
    }
}
