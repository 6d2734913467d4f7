using System.Collections.Concurrent;

namespace Harper.Actors.TransactionLog;

/// <summary>Positions after which entries of a log must stay, because copies that began there are being served (rule 21).</summary>
internal sealed class LogHolds
{
    private readonly ConcurrentDictionary<Hold, double> _held = new();

    public IEnumerable<double> Positions => _held.Values;

    public int Count => _held.Count;

    public IDisposable Add(double after)
    {
        var hold = new Hold(this);
        _held[hold] = after;
        return hold;
    }

    private sealed class Hold(LogHolds owner) : IDisposable
    {
        public void Dispose() => owner._held.TryRemove(this, out _);
    }
}
