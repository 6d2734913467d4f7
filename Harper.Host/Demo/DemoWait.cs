namespace Harper.Host.Demo;

/// <summary>Waits for conditions, never longer than a deadline.</summary>
internal static class DemoWait
{
    public static async Task UntilAsync(string what, TimeSpan deadline, Func<Task<bool>> condition, CancellationToken cancellation)
    {
        var until = DateTime.UtcNow + deadline;
        while (!await condition())
        {
            if (DateTime.UtcNow > until) throw new DemoFailure($"waited {deadline.TotalSeconds:0} s in vain until {what}");
            await Task.Delay(50, cancellation);
        }
    }
}
