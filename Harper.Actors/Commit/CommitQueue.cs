using System.Collections.Concurrent;
using Harper.Core.Commit;

namespace Harper.Actors.Commit;

/// <summary>
/// ③ What waits for the only writer: any thread puts in, the commit actor takes out. Two lanes, in turn by bytes, so that neither clients nor peers
/// starve the other: local transactions, refused above a bound of bytes; and everything that sessions send, in order, never refused
/// (their connections bound it). One wake-up per burst, not one message per transaction.
/// </summary>
internal sealed class CommitQueue(CommitSettings settings, LocalWriteGate? gate = null)
{
    private static readonly CommitResult.Rejected Overloaded =
        new(CommitRejection.Overloaded, "The database has more writes waiting than it can take. Try again in a moment.");

    private readonly ConcurrentQueue<PendingCommit> _local = new();
    private readonly ConcurrentQueue<PendingCommit> _remote = new();
    private long _localBytes;
    private long _remoteBytes;
    private long _balance;
    private int _awake;
    private int _entering;
    private long _refused;
    private CommitResult.Rejected? _closed;
    private Action? _wake;

    public long WaitingLocalBytes => Interlocked.Read(ref _localBytes);

    public long WaitingRemoteBytes => Interlocked.Read(ref _remoteBytes);

    public int WaitingLocal => _local.Count;

    public int WaitingRemote => _remote.Count;

    /// <summary>Local requests refused because too much was waiting.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>There is nothing that the writer may take now.</summary>
    public bool IsEmpty => (_local.IsEmpty || gate?.Held is not null) && _remote.IsEmpty;

    /// <summary>Completes the request when the batch that holds it is durable, or at once when it is refused.</summary>
    public Task<CommitResult> Enqueue(CommitRequest request)
    {
        var pending = new PendingCommit(request);
        Interlocked.Increment(ref _entering);
        try
        {
            if (Refuse(pending) is { } refusal) return Task.FromResult<CommitResult>(refusal);
            if (request is CommitRequest.Local)
            {
                _local.Enqueue(pending);
            }
            else
            {
                Interlocked.Add(ref _remoteBytes, request.Bytes);
                _remote.Enqueue(pending);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _entering);
        }
        Wake();
        return pending.Task;
    }

    /// <summary>The writer is there: from now on it is woken, first for what waits already.</summary>
    public void Attach(Action wake)
    {
        Volatile.Write(ref _wake, wake);
        Volatile.Write(ref _awake, 1);
        wake();
        if (gate is not null) gate.Released += Wake;
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _awake, 1) == 0) Volatile.Read(ref _wake)?.Invoke();
    }

    /// <summary>Takes one group, bounded by bytes and records (one request is always taken), local and remote in turn by bytes. The writer alone calls this.</summary>
    public void Take(List<PendingCommit> group)
    {
        long weight = 0;
        var records = 0;
        while (Next(out var local, out var next))
        {
            if (group.Count > 0 && (weight + next.Weight > settings.MaxGroupBytes || records + next.Records > settings.MaxGroupRecords)) return;
            (local ? _local : _remote).TryDequeue(out _);
            weight += next.Weight;
            records += next.Records;
            _balance += local ? next.Weight : -next.Weight;
            group.Add(next);
        }
    }

    /// <summary>The group is durable and answered: its bytes no longer wait.</summary>
    public void Release(List<PendingCommit> group)
    {
        foreach (var pending in group) Forget(pending);
    }

    /// <summary>False: something waits, and the writer goes on. True: the next request wakes it.</summary>
    public bool Rest()
    {
        if (!IsEmpty) return false;
        Volatile.Write(ref _awake, 0);
        Interlocked.MemoryBarrier();
        return IsEmpty || Interlocked.Exchange(ref _awake, 1) == 1;
    }

    /// <summary>Refuses everything that comes from now on; what is in stays for the writer. On return nobody is on the way in any more.</summary>
    public void Close(CommitResult.Rejected reason)
    {
        Interlocked.CompareExchange(ref _closed, reason, null);
        SpinWait.SpinUntil(() => Volatile.Read(ref _entering) == 0);
    }

    /// <summary>Refuses everything that waits. For the writer alone, or when there is none.</summary>
    public void RejectAll(CommitResult.Rejected reason)
    {
        while (_local.TryDequeue(out var pending) || _remote.TryDequeue(out pending))
        {
            Forget(pending);
            pending.TrySetResult(reason);
        }
    }

    // While both wait, the lane that was given less goes first; a lane that waits alone runs up no debt.
    private bool Next(out bool local, out PendingCommit next)
    {
        PendingCommit? fromLocal = null;
        local = gate?.Held is null && _local.TryPeek(out fromLocal);
        var remote = _remote.TryPeek(out var fromRemote);
        if (!local || !remote) _balance = 0;
        else local = _balance <= 0;
        next = (local ? fromLocal : fromRemote)!;
        return next is not null;
    }

    private CommitResult.Rejected? Refuse(PendingCommit pending)
    {
        if (Volatile.Read(ref _closed) is { } closed) return closed;
        if (pending.Request is not CommitRequest.Local) return null;
        return TooLarge(pending) ?? (AdmitLocal(pending.Request.Bytes) ? null : Overloaded);
    }

    // A transaction as large as the whole bound is taken when nothing else waits, otherwise it could never be.
    private bool AdmitLocal(long bytes)
    {
        var waiting = Interlocked.Add(ref _localBytes, bytes);
        if (waiting <= settings.MaxWaitingLocalBytes || waiting == bytes) return true;
        Interlocked.Add(ref _localBytes, -bytes);
        Interlocked.Increment(ref _refused);
        return false;
    }

    private CommitResult.Rejected? TooLarge(PendingCommit pending) =>
        pending.Records > settings.MaxTransactionRecords || pending.Request.Bytes > settings.MaxTransactionBytes
            ? new(CommitRejection.TooLarge,
                $"The transaction has {pending.Records} records and {pending.Request.Bytes} bytes; at most {settings.MaxTransactionRecords} records and "
                + $"{settings.MaxTransactionBytes} bytes are possible. Split it.")
            : null;

    private void Forget(PendingCommit pending)
    {
        if (pending.Request is CommitRequest.Local) Interlocked.Add(ref _localBytes, -pending.Request.Bytes);
        else Interlocked.Add(ref _remoteBytes, -pending.Request.Bytes);
    }
}
