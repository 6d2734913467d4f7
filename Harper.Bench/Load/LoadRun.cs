using System.Diagnostics;
using System.Net;
using Harper.Bench.Measure;

namespace Harper.Bench.Load;

/// <summary>What a load did.</summary>
/// <param name="ClientCpuSeconds">What the load generator itself used: it must be small beside the nodes' own.</param>
internal sealed record LoadResult(TimeSpan Elapsed, double ClientCpuSeconds, Percentiles Answers);

/// <summary>Sends requests made beforehand over a number of connections, a thread each, as fast as they are answered.</summary>
internal static class LoadRun
{
    public static LoadResult Run(IPEndPoint server, IReadOnlyList<byte[]> requests, int connections)
    {
        var next = -1;
        var latencies = new List<double>[connections];
        Exception? failed = null;
        var cpu = ProcessUsage.Of(Environment.ProcessId).CpuSeconds;
        var watch = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, connections).Select(mine => new Thread(() =>
        {
            try
            {
                latencies[mine] = new List<double>(requests.Count / connections + 1);
                using var connection = new RawConnection(server);
                for (int i; (i = Interlocked.Increment(ref next)) < requests.Count && failed is null;)
                {
                    var started = Stopwatch.GetTimestamp();
                    connection.Send(requests[i]);
                    latencies[mine].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }
            catch (Exception failure)
            {
                failed = failure;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failed is not null) throw new BenchFailure(failed.Message);
        return new LoadResult(watch.Elapsed, ProcessUsage.Of(Environment.ProcessId).CpuSeconds - cpu, Percentiles.Of(latencies.SelectMany(list => list)));
    }
}
