using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Measure;
using Harper.Bench.Results;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>A third node joins by one call and copies everything, and is asked something all the while.</summary>
internal static class JoinRun
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(8);

    public static void Run(BenchPair pair, BenchTable table, int records, RoundFigures figures)
    {
        using var joining = new BenchNode(pair.System, "c", "127.0.0.4", pair.Folder);
        joining.Start();
        using var client = new BenchClient(joining.Operations);
        using var stop = new CancellationTokenSource();
        var answers = new List<double>();
        Exception? failed = null;
        var probing = new Thread(() => failed = Probe(joining, answers, stop.Token));
        var (from, to) = (pair.A.Usage.CpuSeconds, joining.Usage.CpuSeconds);
        probing.Start();
        try
        {
            var joined = Stopwatch.GetTimestamp();
            client.Run($$$"""
                {"operation":"add_node","url":"ws://{{{pair.A.Address}}}:9933","authorization":{"username":"{{{BenchNode.User}}}","password":"{{{BenchNode.Password}}}"}}
                """);
            // Counting scans the table: it begins when the record with the last key is there, so that it does not take the processor from the copy.
            var last = table.Find(BenchRecords.SequentialKey(records - 1));
            Wait.Until("the joining node holds the last record", Deadline, () => client.Finds(last, BenchRecords.SequentialKey(records - 1)), pauseMs: 20);
            Wait.Until("the joining node holds everything", Deadline, () => client.Count(table) >= records, pauseMs: 50);
            figures.CopyRate = records / Stopwatch.GetElapsedTime(joined).TotalSeconds;
        }
        finally
        {
            stop.Cancel();
            probing.Join();
        }

        if (failed is not null) throw new BenchFailure($"asking the joining node failed: {failed.Message}");
        figures.CopyCpuFrom = (pair.A.Usage.CpuSeconds - from) / records * 1e6;
        figures.CopyCpuTo = (joining.Usage.CpuSeconds - to) / records * 1e6;
        figures.AnswersDuringCopy = Percentiles.Of(answers);
        figures.WorstAnswerDuringCopyMs = figures.AnswersDuringCopy.Max;
        var (source, copy) = (TableDigest.Read(pair.ClientA, table), TableDigest.Read(client, table));
        if (source != copy || copy.Records != records)
            throw new BenchFailure($"{records} records were to be copied, node a holds {source.Records} and the joined node {copy.Records}, digests {(source.Sum == copy.Sum ? "equal" : "differ")}: no figure");
        pair.ClientA.Run($$"""{"operation":"remove_node","hostname":"{{joining.Address}}"}""");
    }

    /// <summary>Answers to a small question, asked every 20 ms.</summary>
    private static Exception? Probe(BenchNode node, List<double> answers, CancellationToken stop)
    {
        try
        {
            using var connection = new RawConnection(node.Operations, TimeSpan.FromMinutes(8));
            var question = RawConnection.Request("""{"operation":"search_by_id","database":"system","table":"hdb_nodes","ids":["x"],"get_attributes":["name"]}""");
            for (var i = 0; i < 20; i++) connection.Send(question);
            while (!stop.IsCancellationRequested)
            {
                var asked = Stopwatch.GetTimestamp();
                connection.Send(question);
                answers.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                Thread.Sleep(20);
            }

            return null;
        }
        catch (Exception failure) when (failure is BenchFailure or System.Net.Sockets.SocketException)
        {
            return failure;
        }
    }
}
