namespace Harper.Actors.Peers;

/// <summary>
/// What one connection received and has not made durable: its reader waits here while that is too much, for itself or for the process. One
/// message may overshoot.
/// </summary>
internal sealed class InboundGate(long limit, InboundBudget process)
{
    /// <summary>Others give back what this one waits for without knowing of it.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _held;
    private bool _closed;

    public long Held
    {
        get { lock (_lock) return _held; }
    }

    public void Take(long bytes)
    {
        lock (_lock)
        {
            if (_closed) return;
            _held += bytes;
        }

        process.Take(bytes);
    }

    public void Return(long bytes)
    {
        TaskCompletionSource room;
        lock (_lock)
        {
            if (_closed) return;
            _held -= bytes;
            room = _room;
            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        process.Return(bytes);
        room.TrySetResult();
    }

    /// <summary>The connection is gone: what it still held is free.</summary>
    public void Close()
    {
        long held;
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            held = _held;
            _held = 0;
        }

        process.Return(held);
    }

    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_held < limit && !process.IsUsedUp) return;
                // Somebody has to be let through, or a process full of waiting readers would stand still.
                if (_held == 0) return;
                room = _room.Task;
            }

            await Task.WhenAny(room, Task.Delay(LookAgain, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
