namespace Harper.Actors.Subscriptions;

/// <summary>How many bytes of data the peer still takes on this connection. Without a grant there is no bound but the socket's own.</summary>
internal sealed class CreditGate(bool granted)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _upTo;
    private long _used;

    public void Grant(long upTo)
    {
        lock (_lock)
        {
            if (upTo <= _upTo) return;
            _upTo = upTo;
        }

        Wake();
    }

    /// <summary>The message was not sent after all: the peer will never give back what it took.</summary>
    public void Return(long bytes)
    {
        lock (_lock) _used -= bytes;
        Wake();
    }

    /// <summary>Waits until the message may be sent. One message may overshoot what is left, so that none is too long to be ever sent.</summary>
    public async ValueTask UseAsync(long bytes, CancellationToken cancellation)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (!granted || _used < _upTo)
                {
                    _used += bytes;
                    return;
                }

                more = _more.Task;
            }

            await more.WaitAsync(cancellation);
        }
    }

    private void Wake()
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            more = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        more.TrySetResult();
    }
}
