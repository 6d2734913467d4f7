namespace Harper.Actors.ControlPlane;

/// <summary>
/// A question to another node that changes nothing there. Messages between actor systems are sent at most once: an association that begins anew, or a cluster
/// that one of the two nodes left meanwhile, loses them, so it is asked again until somebody answers.
/// </summary>
internal static class RepeatedQuestion
{
    /// <summary>The first answer of any attempt: an earlier one may still come, and is then as good. <see cref="TimeoutException"/>: none came by the deadline.</summary>
    /// <param name="ask">Asks once, for as long as it is not cancelled. Null: there is nobody to ask at this moment.</param>
    public static async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>?> ask, TimeSpan every, TimeSpan deadline, TimeProvider time, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var end = Task.Delay(deadline, time, ends.Token);
        List<Task> awaited = [end];
        try
        {
            while (true)
            {
                if (ask(ends.Token) is { } asked) awaited.Add(asked);
                var pause = Task.Delay(every, time, ends.Token);
                var done = await Task.WhenAny([pause, .. awaited]).ConfigureAwait(false);
                if (done is Task<T> answered) return await answered.ConfigureAwait(false);
                await done.ConfigureAwait(false);
                if (done == end) throw new TimeoutException("nobody answered");
            }
        }
        finally
        {
            await ends.CancelAsync().ConfigureAwait(false);
        }
    }
}
