namespace Harper.Actors.Commit;

/// <param name="SinceMs">Milliseconds since 1970.</param>
/// <param name="Reason">For status and log.</param>
public sealed record LocalWriteHold(double SinceMs, string Reason);

/// <summary>Whether clients' writes to a database go to the writer or wait in its queue (rule 16). Any thread; waiting writes are bounded as ever.</summary>
public sealed class LocalWriteGate
{
    private volatile LocalWriteHold? _hold;

    /// <summary>Null: they go on.</summary>
    public LocalWriteHold? Held => _hold;

    /// <summary>Raised when they go on: the writer looks for what waits.</summary>
    internal event Action? Released;

    internal void Hold(double now, string reason)
    {
        if (_hold is null) _hold = new LocalWriteHold(now, reason);
    }

    internal void Release()
    {
        _hold = null;
        Released?.Invoke();
    }
}
