using System.Diagnostics;
using System.Net;

namespace Harper.Bench.Load;

/// <summary>
/// Sends requests at a rate, whether or not earlier ones were answered in time: a connection that is late does not wait for its next turn, and the time that
/// a request waited for the one before it counts as its own (otherwise a stall would be measured once instead of for everybody it held up).
/// </summary>
internal static class PacedRun
{
    /// <returns>Milliseconds from when each request was due to its answer.</returns>
    public static double[] Run(IPEndPoint server, IReadOnlyList<byte[]> requests, int connections, double perSecond)
    {
        var answers = new double[requests.Count];
        Exception? failed = null;
        var begin = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 20;
        var threads = Enumerable.Range(0, connections).Select(mine => new Thread(() =>
        {
            try
            {
                using var connection = new RawConnection(server);
                for (var i = mine; i < requests.Count && failed is null; i += connections)
                {
                    var due = begin + (long)(i / perSecond * Stopwatch.Frequency);
                    WaitUntil(due);
                    connection.Send(requests[i]);
                    answers[i] = Stopwatch.GetElapsedTime(due).TotalMilliseconds;
                }
            }
            catch (Exception failure)
            {
                failed = failure;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return failed is null ? answers : throw new BenchFailure(failed.Message);
    }

    private static void WaitUntil(long due)
    {
        // Sleeping is coarse, spinning would take the nodes' CPU: a late start is part of the answer's time and at most some tenths of a millisecond.
        for (long left; (left = due - Stopwatch.GetTimestamp()) > 0;)
            ShortSleep.For(Math.Max(0.05, left * 1000d / Stopwatch.Frequency - 0.1));
    }
}
