using System.Diagnostics;
using Harper.Bench.Commands;
using Harper.Bench.Load;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Growth;

/// <summary>Nodes join the pair, and all of them have to have every record before the time is taken.</summary>
internal static class NodesGrowth
{
    public static Func<double, GrowthPoint> Begin(PairHolder holder, BenchSettings settings)
    {
        var more = new List<BenchNode>();
        return size =>
        {
            var pair = holder.Pair;
            while (more.Count < (int)size - 2) more.Add(Join(holder, pair, more.Count));
            var table = pair.MakeTable();
            var clients = more.Select(node => new BenchClient(node.Operations)).ToList();
            foreach (var client in clients)
                Wait.Until("the table is known to the joined node", TimeSpan.FromMinutes(2), () => client.Try(table.Describe(exact: false)).Status == 200);
            var records = settings.Scaled(60_000, 1000);
            var requests = ThroughputRun.Requests(table, 0, records, 1000, BenchRecords.SequentialKey);
            var started = Stopwatch.GetTimestamp();
            LoadRun.Run(pair.A.Operations, requests, 4);
            pair.WaitForAll(table, records, BenchRecords.SequentialKey, started);
            var last = BenchRecords.SequentialKey(records - 1);
            foreach (var client in clients) Wait.Until("every node has the last record", TimeSpan.FromMinutes(5), () => client.Finds(table.Find(last), last));
            var elapsed = Stopwatch.GetElapsedTime(started);
            pair.Verify(table, records);
            foreach (var client in clients)
            {
                Wait.Until("every node has every record", TimeSpan.FromMinutes(5), () => client.Count(table) == records);
                if (Measure.TableDigest.Read(client, table) != Measure.TableDigest.Read(pair.ClientA, table)) throw new BenchFailure("a joined node holds other records: no figure");
                client.Dispose();
            }

            return new GrowthPoint(size, records / elapsed.TotalSeconds, new[] { pair.A, pair.B }.Concat(more).Max(node => node.Usage.ResidentBytes) / 1048576d);
        };
    }

    private static BenchNode Join(PairHolder holder, BenchPair pair, int number)
    {
        var node = holder.Keep(new BenchNode(pair.System, $"n{number}", $"127.0.0.{4 + number}", pair.Folder));
        node.Start();
        using var client = new BenchClient(node.Operations);
        client.Run($$$"""
            {"operation":"add_node","url":"ws://{{{pair.A.Address}}}:9933","authorization":{"username":"{{{BenchNode.User}}}","password":"{{{BenchNode.Password}}}"}}
            """);
        return node;
    }
}
