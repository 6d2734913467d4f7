using System.Collections.Immutable;
using Harper.Core.TransactionLog;

namespace Harper.Actors.TransactionLog;

/// <summary>
/// ④ The recent end of a log in memory, and the bell. The writer appends after each sync; subscriptions read by position and wait for the
/// bell, which carries nothing. Who asks for what the tail no longer holds reads the store.
/// </summary>
internal sealed class LogTail
{
    /// <summary>What an entry costs beside its encoded bytes: the objects that hold it.</summary>
    private const int EntryOverheadBytes = 256;

    /// <summary>What each of its changes costs beside its value.</summary>
    private const int ChangeOverheadBytes = 144;

    private readonly TailBudget _budget;
    private readonly Action<LogEar> _timeIsUp;
    private LoggedTransaction[] _array = [];
    private int _first;
    private int _count;
    private double _coveredFrom;
    private double _last;
    private long _bytes;
    private readonly List<LogEar> _ears = [];
    private TaskCompletionSource? _bell;
    private bool _closed;
    private double _lowestVersion = double.PositiveInfinity;

    /// <param name="head">Position of the last entry in the store.</param>
    public LogTail(TailBudget budget, double head)
    {
        _budget = budget;
        _timeIsUp = OnTimeIsUp;
        _coveredFrom = _last = head;
        budget.Join(this);
    }

    /// <summary>Position of the last entry of the log.</summary>
    public double Last
    {
        get { lock (_budget.Gate) return _last; }
    }

    public (int Count, long Bytes, double CoveredFrom) Held
    {
        get { lock (_budget.Gate) return (_count, _bytes, _coveredFrom); }
    }

    /// <summary>Position of the oldest entry held; infinite when there is none. Under the budget's gate.</summary>
    internal double OldestHeld => _count == 0 ? double.PositiveInfinity : _array[_first].Position;

    /// <summary>Takes in what a commit logged, in order, and rings the bell.</summary>
    public void Append(ImmutableArray<LoggedTransaction> logged)
    {
        if (logged.IsEmpty) return;
        TaskCompletionSource? bell;
        List<TaskCompletionSource>? rung = null;
        lock (_budget.Gate)
        {
            if (_closed) return;
            long grown = 0;
            foreach (var entry in logged)
            {
                Add(entry);
                grown += Cost(entry);
                if (entry.Stamp.Version < _lowestVersion) _lowestVersion = entry.Stamp.Version;
            }
            _bytes += grown;
            _last = logged[^1].Position;
            _budget.Grew(grown);
            bell = _bell;
            _bell = null;
            for (var i = _ears.Count - 1; i >= 0; i--)
            {
                if (!_ears[i].Hears(logged)) _ears[i].Passed(_timeIsUp);
                else if (TakeEar(i, byTime: false) is { } heard) (rung ??= []).Add(heard);
            }
        }
        bell?.TrySetResult();
        rung?.ForEach(static each => each.TrySetResult());
    }

    /// <summary>Marks this moment for settlement: from now on the lowest version logged is remembered anew.</summary>
    public SettlementMark Mark()
    {
        lock (_budget.Gate)
        {
            _lowestVersion = double.PositiveInfinity;
            return SettlementMark.At(_last);
        }
    }

    /// <summary>The mark with what was logged since it was made.</summary>
    public SettlementMark Since(SettlementMark mark)
    {
        lock (_budget.Gate) return mark.With(_lowestVersion);
    }

    /// <summary>What follows a position, up to a number of bytes but at least one transaction; null when the tail does not reach back that far.</summary>
    public LogStretch? Read(double after, int maxBytes)
    {
        lock (_budget.Gate)
        {
            if (after < _coveredFrom) return null;
            var index = FirstAfter(after);
            if (index == _count) return new LogStretch([], Math.Max(after, _last));
            var stretch = ImmutableArray.CreateBuilder<LoggedTransaction>();
            long bytes = 0;
            for (; index < _count; index++)
            {
                var entry = At(index);
                bytes += entry.Bytes;
                if (stretch.Count > 0 && bytes > maxBytes) break;
                stretch.Add(entry);
            }
            return new LogStretch(stretch.DrainToImmutable(), index == _count ? _last : At(index - 1).Position);
        }
    }

    /// <summary>Completes when the log holds something after the position, or the database closes.</summary>
    public async Task WaitAsync(double after, CancellationToken cancellation)
    {
        while (true)
        {
            Task rung;
            lock (_budget.Gate)
            {
                if (_closed || _last > after) return;
                // Whoever waits is woken by the writer itself, not by way of the pool: see IDatabaseHandle.WaitForLogAsync for what that asks of them.
                _bell ??= new TaskCompletionSource();
                rung = _bell.Task;
            }
            await rung.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Completes when the log holds something after the position that the ear listens for, or when it is told of the rest, or the database closes.</summary>
    public async Task WaitAsync(double after, LogEar ear, CancellationToken cancellation)
    {
        Task rung;
        lock (_budget.Gate)
        {
            if (_closed || after < _coveredFrom) return;
            rung = ear.Listen();
            var next = FirstAfter(after);
            for (var i = next; i < _count; i++)
                if (ear.Hears(At(i))) return;
            if (!_ears.Contains(ear)) _ears.Add(ear);
            if (next < _count) ear.Passed(_timeIsUp);
        }
        try
        {
            await rung.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more; the next entry may be a long time off.
            Take(ear, byTime: false);
            throw;
        }
    }

    /// <summary>How many wait for some of the log.</summary>
    public int Ears
    {
        get { lock (_budget.Gate) return _ears.Count; }
    }

    private void OnTimeIsUp(LogEar ear) => Take(ear, byTime: true)?.TrySetResult();

    private TaskCompletionSource? Take(LogEar ear, bool byTime)
    {
        lock (_budget.Gate) return _ears.IndexOf(ear) is var index and >= 0 ? TakeEar(index, byTime) : null;
    }

    private TaskCompletionSource? TakeEar(int index, bool byTime)
    {
        var ear = _ears[index];
        _ears.RemoveAt(index);
        return ear.Take(byTime);
    }

    /// <summary>Lets go of what is older than a position: whoever is that far behind reads the store.</summary>
    public void DropBefore(double position)
    {
        lock (_budget.Gate)
        {
            var dropped = 0L;
            while (_count > 0 && OldestHeld < position) dropped += DropOldest();
            if (_count == 0) _array = [];
            _budget.Shrank(dropped);
        }
    }

    public void Close()
    {
        TaskCompletionSource? bell;
        var rung = new List<TaskCompletionSource>();
        lock (_budget.Gate)
        {
            if (_closed) return;
            _closed = true;
            _budget.Leave(this, _bytes);
            _array = [];
            _first = _count = 0;
            _bytes = 0;
            _coveredFrom = double.PositiveInfinity;
            bell = _bell;
            _bell = null;
            while (_ears.Count > 0)
                if (TakeEar(_ears.Count - 1, byTime: false) is { } heard) rung.Add(heard);
        }
        bell?.TrySetResult();
        rung.ForEach(static each => each.TrySetResult());
    }

    /// <summary>Under the budget's gate.</summary>
    internal long DropOldest()
    {
        var entry = _array[_first];
        _array[_first] = null!;
        _first = (_first + 1) % _array.Length;
        if (--_count == 0) _first = 0;
        _coveredFrom = entry.Position;
        var cost = Cost(entry);
        _bytes -= cost;
        return cost;
    }

    private static long Cost(LoggedTransaction entry) => entry.Bytes + EntryOverheadBytes + ((long)ChangeOverheadBytes * entry.Changes.Length);

    private LoggedTransaction At(int index) => _array[(_first + index) % _array.Length];

    private void Add(LoggedTransaction entry)
    {
        if (_count == _array.Length)
        {
            var larger = new LoggedTransaction[Math.Max(16, _array.Length * 2)];
            for (var i = 0; i < _count; i++) larger[i] = At(i);
            _array = larger;
            _first = 0;
        }
        _array[(_first + _count) % _array.Length] = entry;
        _count++;
    }

    private int FirstAfter(double position)
    {
        int low = 0, high = _count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).Position > position) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
