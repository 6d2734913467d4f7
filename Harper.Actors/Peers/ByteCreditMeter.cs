namespace Harper.Actors.Peers;

/// <summary>How many bytes of data a peer of ours may have sent, counted from the start of the connection: what is durable, and the window.</summary>
internal sealed class ByteCreditMeter(long window)
{
    private long _window = window;
    private long _consumed;
    private long _granted;

    /// <summary>True when enough is free again to be worth a message.</summary>
    public bool Consumed(long bytes)
    {
        _consumed += bytes;
        return _consumed + _window - _granted >= _window / 4;
    }

    /// <summary>What was granted stays granted: a smaller window is reached as what is on its way becomes durable.</summary>
    public void Resize(long window) => _window = window;

    public long Grant() => _granted = Math.Max(_granted, _consumed + _window);
}
