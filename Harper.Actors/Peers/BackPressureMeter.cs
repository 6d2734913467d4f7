using System.Diagnostics;

namespace Harper.Actors.Peers;

/// <summary>Share of the recent time in which sending was blocked, smoothed over 30 s as the original does.</summary>
internal sealed class BackPressureMeter
{
    private const double SmoothingMs = 30_000;

    private long _at = Stopwatch.GetTimestamp();
    private long _blocked;
    private double _percent;

    /// <param name="blockedTicks">Ticks blocked since the beginning.</param>
    public double Percent(long blockedTicks)
    {
        var now = Stopwatch.GetTimestamp();
        var elapsed = now - _at;
        if (elapsed <= 0) return _percent;
        var share = Math.Clamp(100.0 * (blockedTicks - _blocked) / elapsed, 0, 100);
        var weight = Math.Min(1, Stopwatch.GetElapsedTime(_at, now).TotalMilliseconds / SmoothingMs);
        _percent += (share - _percent) * weight;
        (_at, _blocked) = (now, blockedTicks);
        return Math.Round(_percent, 2);
    }
}
