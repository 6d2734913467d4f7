using Akka.Dispatch;

namespace Harper.Actors.Dispatch;

/// <summary>
/// Threads of their own that sleep while there is nothing to do. The pool of Akka's pinned and fork-join dispatchers gives its time slice away some
/// fifty times before it sleeps, after every single message: for a writer that is asked a thousand times a second that was a fifth of a node's whole
/// CPU, and on two cores it was taken from the peer and the client.
/// </summary>
internal sealed class WaitingThreads : ExecutorService
{
    private readonly Queue<IRunnable> _waiting = new();
    private bool _ended;

    public WaitingThreads(string id, int count) : base(id)
    {
        for (var i = 0; i < count; i++)
            new Thread(Work) { Name = id, IsBackground = true }.Start();
    }

    public override void Execute(IRunnable run)
    {
        lock (_waiting)
        {
            if (_ended) throw new RejectedExecutionException($"The threads of {Id} have ended");
            _waiting.Enqueue(run);
            Monitor.Pulse(_waiting);
        }
    }

    /// <summary>What waits is still run; then the threads end.</summary>
    public override void Shutdown()
    {
        lock (_waiting)
        {
            _ended = true;
            Monitor.PulseAll(_waiting);
        }
    }

    private void Work()
    {
        while (Next() is { } run) run.Run();
    }

    private IRunnable? Next()
    {
        lock (_waiting)
        {
            IRunnable? next;
            while (!_waiting.TryDequeue(out next))
            {
                if (_ended) return null;
                Monitor.Wait(_waiting);
            }

            return next;
        }
    }
}
