using Harper.Core.Identity;
using Harper.Core.Sessions;

namespace Harper.Actors.Subscriptions;

/// <summary>How far a subscription is: written by its stream, read by its connection. Survives the stream: one per connection.</summary>
internal sealed class SubscriptionProgress
{
    /// <summary>Beyond this many unconfirmed batches neighbours are counted together.</summary>
    private const int MaxBatches = 4096;

    private readonly Lock _lock = new();
    private readonly Queue<(double Position, long Transactions, long Bytes)> _unconfirmed = new();
    private long _transactions;
    private long _records;
    private double? _position;
    private bool _sending;
    private CopyProgress? _copy;
    private long _copiedBytes;
    private int _copiesSent;
    private long _blockedTicks;
    private long _movedAt = Environment.TickCount64;

    public void Sending(double? position)
    {
        lock (_lock)
        {
            _sending = true;
            _position = position ?? _position;
        }
    }

    /// <summary>Up to there nothing was for the peer.</summary>
    public void Passed(double? position)
    {
        lock (_lock) _position = position ?? _position;
    }

    public void Sent(double? position, long transactions, long records, long bytes)
    {
        lock (_lock)
        {
            _sending = false;
            _movedAt = Environment.TickCount64;
            _transactions += transactions;
            _records += records;
            if (position is not { } at || transactions == 0) return;
            if (_unconfirmed.Count >= MaxBatches) _unconfirmed.Dequeue();
            _unconfirmed.Enqueue((at, transactions, bytes));
        }
    }

    /// <summary>Also when one before it was stopped.</summary>
    public void CopyBegins(long total)
    {
        lock (_lock) _copy = new CopyProgress(null, 0, 0, total);
    }

    public void Copied(TableName? table, long rows, long bytes)
    {
        lock (_lock) _copy = new CopyProgress(table, (_copy?.Rows ?? 0) + rows, (_copy?.Bytes ?? 0) + bytes, _copy?.TotalRows);
    }

    /// <summary>A message of a copy was taken by the socket.</summary>
    public void CopiedMessage(long bytes)
    {
        lock (_lock) _copiedBytes += bytes;
    }

    public void CopyEnded()
    {
        lock (_lock)
        {
            _copy = null;
            _copiesSent++;
        }
    }

    public void Blocked(long ticks) => Interlocked.Add(ref _blockedTicks, ticks);

    public void Confirmed(double position)
    {
        lock (_lock)
        {
            _movedAt = Environment.TickCount64;
            while (_unconfirmed.TryPeek(out var oldest) && oldest.Position <= position) _unconfirmed.Dequeue();
        }
    }

    /// <summary>All that was sent is confirmed.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock) return !_sending && _unconfirmed.Count == 0;
        }
    }

    public SubscriptionFigures Read()
    {
        lock (_lock)
        {
            var (transactions, bytes) = (0L, 0L);
            foreach (var batch in _unconfirmed)
            {
                transactions += batch.Transactions;
                bytes += batch.Bytes;
            }

            return new SubscriptionFigures(
                _sending ? _position : null, _position, _transactions, _records, transactions, bytes, _copy, _copiedBytes, Interlocked.Read(ref _blockedTicks),
                Environment.TickCount64 - _movedAt) { OldestUnconfirmed = _unconfirmed.TryPeek(out var first) ? first.Position : null, CopiesSent = _copiesSent };
        }
    }
}

/// <param name="Sending">Position being sent now; null when idle.</param>
/// <param name="CopiedBytes">Rows of copies in bytes, since the connection began.</param>
/// <param name="BlockedTicks">Stopwatch ticks spent waiting for the socket or for credit, since the connection began.</param>
/// <param name="IdleMs">Since something was sent or confirmed.</param>
internal readonly record struct SubscriptionFigures(
    double? Sending, double? LastPosition, long Transactions, long Records, long UnconfirmedTransactions, long UnconfirmedBytes, CopyProgress? Copy,
    long CopiedBytes, long BlockedTicks, long IdleMs)
{
    /// <summary>Position of the oldest batch that was sent and not confirmed; null when there is none.</summary>
    public double? OldestUnconfirmed { get; init; }

    /// <summary>Copies of which everything was sent, since the connection began.</summary>
    public int CopiesSent { get; init; }
}
