using System.Diagnostics;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>Waiting for a condition with a deadline; the machine may be busy, so the deadline is generous and the looks are frequent.</summary>
public static class Wait
{
    public static Task UntilAsync(Func<bool> condition, string what, int seconds = 60) => UntilAsync(() => Task.FromResult(condition()), what, seconds);

    /// <summary>The same for a condition that asks somebody.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds) Assert.Fail($"Not within {seconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
