using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.TransactionLog;

namespace Harper.Actors.TransactionLog;

/// <summary>
/// Who waits for some of a log and not for the rest: the stream to a peer is not woken by every single transaction that this peer gets from its origin itself. What it
/// passes over it reads later, much at once. One wait at a time; its state is the tail's, under its gate.
/// </summary>
/// <param name="wants">Of whose changes it is told at once. Called by the writer.</param>
/// <param name="patience">It is told of the others this long after the first of them, so that it may say how far the log has been passed over.</param>
public sealed class LogEar(Func<NodeName, bool> wants, TimeSpan patience)
{
    /// <summary>It is told earlier when more than this was passed over: small enough for the tail to have it still.</summary>
    internal const long MaxPassedBytes = 128 << 10;

    private Timer? _timer;
    private TaskCompletionSource? _bell;
    private long _passed;

    /// <summary>The last wait ended by time: nothing came but what it passes over.</summary>
    public bool EndedByTime { get; private set; }

    internal Task Listen()
    {
        EndedByTime = false;
        _passed = 0;
        _bell = new TaskCompletionSource();
        return _bell.Task;
    }

    /// <summary>Whether it must be told now.</summary>
    internal bool Hears(LoggedTransaction entry) => wants(entry.Stamp.Origin) || (_passed += entry.Bytes) > MaxPassedBytes;

    internal bool Hears(ImmutableArray<LoggedTransaction> logged)
    {
        foreach (var entry in logged)
            if (Hears(entry)) return true;
        return false;
    }

    /// <summary>Something was passed over: its time runs.</summary>
    internal void Passed(Action<LogEar> timeIsUp) =>
        _timer ??= new Timer(_ => timeIsUp(this), null, patience, Timeout.InfiniteTimeSpan);

    /// <summary>The bell to ring outside the gate.</summary>
    internal TaskCompletionSource? Take(bool byTime)
    {
        EndedByTime = byTime;
        _timer?.Dispose();
        _timer = null;
        (var bell, _bell) = (_bell, null);
        return bell;
    }
}
