namespace Harper.Actors.TransactionLog;

/// <summary>
/// The memory that the tails of all databases share. When it is used up, the oldest transaction of all tails goes first: positions are times, so a
/// database that fell silent gives way to those that are read.
/// </summary>
internal sealed class TailBudget(long maxBytes)
{
    private readonly List<LogTail> _tails = [];
    private long _bytes;

    /// <summary>Guards all tails: they are few, and what is done under it is short.</summary>
    public Lock Gate { get; } = new();

    public void Join(LogTail tail)
    {
        lock (Gate) _tails.Add(tail);
    }

    public void Leave(LogTail tail, long bytes)
    {
        lock (Gate)
        {
            _tails.Remove(tail);
            _bytes -= bytes;
        }
    }

    /// <summary>Called under the gate after a tail let go of something by itself.</summary>
    public void Shrank(long bytes) => _bytes -= bytes;

    /// <summary>Called under the gate after a tail grew.</summary>
    public void Grew(long bytes)
    {
        _bytes += bytes;
        while (_bytes > maxBytes)
        {
            LogTail? oldest = null;
            foreach (var tail in _tails)
                if (tail.OldestHeld < (oldest?.OldestHeld ?? double.PositiveInfinity)) oldest = tail;
            if (oldest is null) return;
            _bytes -= oldest.DropOldest();
        }
    }
}
