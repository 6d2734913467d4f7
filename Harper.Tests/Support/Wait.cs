using System.Diagnostics;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>Waiting for a condition with a deadline; the machine may be busy, so the deadline is generous and the looks are frequent.</summary>
public static class Wait
{
    public static async Task UntilAsync(Func<bool> condition, string what, int seconds = 20)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds) Assert.Fail($"Not within {seconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
