namespace Harper.Actors.Transport;

/// <summary>
/// Messages that wait to be written, bounded in bytes: whoever adds beyond the bound waits until it is free again. One message may always be
/// added when nothing waits, however long it is.
/// </summary>
internal sealed class SendQueue(int maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<ReadOnlyMemory<byte>> _messages = new();
    private TaskCompletionSource _room = NewSignal();
    private TaskCompletionSource _more = new();
    private long _bytes;
    private bool _completed;

    /// <summary>Bytes that wait or are being written.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Returns when the message is taken; false when the queue was completed.</summary>
    /// <param name="more">Others follow at once: whoever writes is woken on a thread of the pool and gathers them. Without them the writer, if it waits, goes on on
    /// this thread, for as long as the socket takes what it is given.</param>
    public async ValueTask<bool> AddAsync(ReadOnlyMemory<byte> message, bool more, CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            TaskCompletionSource? wake = null;
            lock (_lock)
            {
                if (_completed) return false;
                room = _room.Task;
                if (_bytes == 0 || _bytes + message.Length <= maxBytes)
                {
                    _messages.Enqueue(message);
                    Volatile.Write(ref _bytes, _bytes + message.Length);
                    wake = _more;
                }
            }
            if (wake is null)
            {
                await room.WaitAsync(cancellation);
                continue;
            }
            if (!wake.Task.IsCompleted)
            {
                if (more) ThreadPool.UnsafeQueueUserWorkItem(static waiting => waiting.TrySetResult(), wake, preferLocal: false);
                else wake.TrySetResult();
            }
            return true;
        }
    }

    /// <summary>The next message, or false when none is waiting now.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> message)
    {
        lock (_lock)
        {
            if (_messages.TryDequeue(out message)) return true;
            if (!_completed && _more.Task.IsCompleted) _more = new TaskCompletionSource();
            return false;
        }
    }

    /// <summary>The message taken last is written.</summary>
    public void Written(int bytes)
    {
        lock (_lock)
        {
            Volatile.Write(ref _bytes, _bytes - bytes);
            _room.TrySetResult();
            _room = NewSignal();
        }
    }

    /// <summary>Waits for a message; false when there will be none.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        Task more;
        lock (_lock)
        {
            if (_messages.Count > 0) return true;
            if (_completed) return false;
            more = _more.Task;
        }
        await more.WaitAsync(cancellation);
        lock (_lock) return _messages.Count > 0 || !_completed;
    }

    /// <summary>Nothing more is taken; what waits may still be written.</summary>
    public void Complete()
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            _completed = true;
            more = _more;
            _room.TrySetResult();
        }
        ThreadPool.UnsafeQueueUserWorkItem(static waiting => waiting.TrySetResult(), more, preferLocal: false);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
