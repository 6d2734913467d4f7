namespace Harper.Core.Membership;

/// <summary>How long to wait before dialling again: 0.5 s doubling to 30 s, of which a random part is taken (R-P2P-06).</summary>
public sealed record ReconnectPolicy(TimeSpan First, TimeSpan Longest, TimeSpan HealthyAfter)
{
    public static readonly ReconnectPolicy Default = new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));

    /// <summary>
    /// An original may refuse this node for as long as it has not heard of it, or is down for a restart, and does not always dial by itself when it is back: it is found within this time.
    /// </summary>
    public ReconnectPolicy TowardsOriginals => this with { Longest = TimeSpan.FromSeconds(Math.Min(5, Longest.TotalSeconds)) };

    /// <param name="failures">Failures in a row, 1 after the first.</param>
    /// <param name="chance">From 0 up to 1, drawn by the caller: full jitter, so that peers of a node that returns do not come all at once.</param>
    public TimeSpan Delay(int failures, double chance)
    {
        var doublings = Math.Clamp(failures - 1, 0, 30);
        var ceiling = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, doublings));
        return TimeSpan.FromMilliseconds(Math.Clamp(chance, 0, 1) * ceiling);
    }

    /// <summary>Failures to count from now on: none after durable progress, or after a connection that stood long enough.</summary>
    public int AfterLoss(int failures, TimeSpan connectedFor, bool madeProgress) =>
        madeProgress || connectedFor >= HealthyAfter ? 1 : failures + 1;
}
