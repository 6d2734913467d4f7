using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>A third node joins by one call and copies everything, and is asked something all the while.</summary>
internal static class JoinRun
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(15);

    public static void Run(BenchPair pair, BenchTable table, int records, RoundFigures figures)
    {
        using var joining = new BenchNode(pair.System, "c", "127.0.0.4", pair.Folder);
        joining.Start();
        using var client = new BenchClient(joining.Operations);
        using var stop = new CancellationTokenSource();
        var worst = 0d;
        var probing = new Thread(() => worst = Probe(joining, stop.Token));
        probing.Start();
        var joined = Stopwatch.GetTimestamp();
        client.Run($$$"""
            {"operation":"add_node","url":"ws://{{{pair.A.Address}}}:9933","authorization":{"username":"{{{BenchNode.User}}}","password":"{{{BenchNode.Password}}}"}}
            """);
        Wait.Until("the joining node holds everything", Deadline, () => client.Count(table) >= records, pauseMs: 50);
        figures.CopyRate = records / Stopwatch.GetElapsedTime(joined).TotalSeconds;
        stop.Cancel();
        probing.Join();
        figures.WorstAnswerDuringCopyMs = worst;
        pair.ClientA.Run($$"""{"operation":"remove_node","hostname":"{{joining.Address}}"}""");
    }

    /// <summary>The longest answer to a small question, asked every 20 ms.</summary>
    private static double Probe(BenchNode node, CancellationToken stop)
    {
        using var connection = new RawConnection(node.Operations);
        var question = RawConnection.Request("""{"operation":"search_by_id","database":"system","table":"hdb_nodes","ids":["x"],"get_attributes":["name"]}""");
        connection.Send(question);
        var worst = 0d;
        while (!stop.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            connection.Send(question);
            worst = Math.Max(worst, Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            Thread.Sleep(20);
        }

        return worst;
    }
}
