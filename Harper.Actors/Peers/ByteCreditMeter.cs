namespace Harper.Actors.Peers;

/// <summary>How many bytes of data a peer of ours may have sent, counted from the start of the connection: what is durable, and the window.</summary>
internal sealed class ByteCreditMeter(long window)
{
    private long _consumed;
    private long _granted;

    /// <summary>True when enough is free again to be worth a message.</summary>
    public bool Consumed(long bytes)
    {
        _consumed += bytes;
        return _consumed + window - _granted >= window / 4;
    }

    public long Grant() => _granted = _consumed + window;
}
