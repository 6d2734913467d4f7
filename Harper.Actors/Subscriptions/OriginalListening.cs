using Harper.Actors.Transport;
using Harper.Core.Wire.Dictionaries;

namespace Harper.Actors.Subscriptions;

/// <summary>
/// Whether an original takes what is sent to it on this connection. One that has just started, or has just made the database, asks before it has opened it, throws away what comes until then
/// ("h.send is not a function" in its log) and confirms what comes later: what was thrown away would be missing for good. So it is sent positions that it has passed already, until it confirms one.
/// </summary>
/// <remarks>One per connection: who has listened once goes on. Waits in the stream of a subscription, hears from its connection's actor.</remarks>
internal sealed class OriginalListening
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>It has confirmed something.</summary>
    public void Heard() => _heard.TrySetResult();

    /// <summary>Returns when it listens.</summary>
    /// <param name="position">Of this node's log, which it has passed.</param>
    /// <exception cref="TimeoutException">It does not within <paramref name="deadline"/>: it has to ask again.</exception>
    public async ValueTask ReachAsync(IPeerSocket socket, double position, TimeSpan deadline, CancellationToken cancellation)
    {
        if (_heard.Task.IsCompletedSuccessfully) return;
        var until = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await socket.SendAsync(OutgoingChanges.PositionOnly(Math.Max(1, position)), cancellation).ConfigureAwait(false);
            await _heard.Task.WaitAsync(pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (_heard.Task.IsCompletedSuccessfully) return;
            if (Environment.TickCount64 > until) throw new TimeoutException($"nothing was confirmed for {deadline.TotalSeconds:0} s: it has not opened the database");
        }
    }
}
