using System.Collections.Concurrent;

namespace Harper.Host.Revocation;

/// <summary>What was learned, by where it was learned, with a bound; each thing is learned once at a time, whoever waits for it.</summary>
/// <param name="weigh">Bytes that an entry stands for.</param>
internal sealed class AnswerCache<T>(long maxWeight, Func<T, long> weigh, Func<DateTimeOffset> now)
{
    private const int MaxEntries = 10_000;
    private readonly ConcurrentDictionary<string, (T Value, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> _learning = new(StringComparer.Ordinal);
    private long _weight;

    /// <summary>The last that was learned, also when it is to be learned again.</summary>
    public (T Value, bool IsFresh)? Find(string key) => _known.TryGetValue(key, out var entry) ? (entry.Value, entry.Until > now()) : null;

    /// <summary>What is known, or what comes of learning it, which goes on when the caller has stopped waiting.</summary>
    public async Task<T> GetAsync(string key, Func<T?, Task<(T Value, TimeSpan Keep)>> learn, CancellationToken cancellation)
    {
        var known = Find(key);
        if (known is { IsFresh: true }) return known.Value.Value;
        var learning = _learning.GetOrAdd(key, _ => new Lazy<Task<T>>(() => Task.Run(() => LearnAsync(key, known is null ? default : known.Value.Value, learn), CancellationToken.None)));
        return await learning.Value.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<T> LearnAsync(string key, T? old, Func<T?, Task<(T Value, TimeSpan Keep)>> learn)
    {
        try
        {
            var (value, keep) = await learn(old).ConfigureAwait(false);
            if (_known.TryRemove(key, out var replaced)) Interlocked.Add(ref _weight, -weigh(replaced.Value));
            if (_known.Count >= MaxEntries || Interlocked.Read(ref _weight) + weigh(value) > maxWeight) Forget();
            _known[key] = (value, now() + keep);
            Interlocked.Add(ref _weight, weigh(value));
            return value;
        }
        finally
        {
            _learning.TryRemove(key, out _);
        }
    }

    /// <summary>All of it: what is needed comes back, and what strangers filled it with does not.</summary>
    private void Forget()
    {
        _known.Clear();
        Interlocked.Exchange(ref _weight, 0);
    }
}
