using System.Diagnostics;

namespace Harper.Bench.Systems;

/// <summary>Waits for something to be true, with an end.</summary>
internal static class Wait
{
    public static void Until(string what, TimeSpan deadline, Func<bool> isTrue, int pauseMs = 10)
    {
        var watch = Stopwatch.StartNew();
        while (!isTrue())
        {
            if (watch.Elapsed > deadline) throw new BenchFailure($"waited {deadline.TotalSeconds:0} s in vain until {what}");
            Thread.Sleep(pauseMs);
        }
    }
}
