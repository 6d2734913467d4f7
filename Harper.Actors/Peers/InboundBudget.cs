namespace Harper.Actors.Peers;

/// <summary>Bytes received from peers and not yet durable, of the whole process. Connections stop reading while it is used up.</summary>
public sealed class InboundBudget(long limit)
{
    private long _used;

    public long Limit { get; } = limit;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>One message may overshoot: what was read has to be kept.</summary>
    public bool IsUsedUp => Used >= Limit;

    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
