namespace Harper.Bench.Systems;

/// <summary>The pair that several rows share; one that was broken is replaced by a fresh one for the row after.</summary>
internal sealed class PairHolder(SystemUnderTest system, string folder, Action<BenchPair>? prepare = null) : IDisposable
{
    private readonly List<BenchNode> _more = [];
    private BenchPair? _pair;

    public BenchPair Pair
    {
        get
        {
            if (_pair is { } pair) return pair;
            _pair = new BenchPair(system, folder);
            prepare?.Invoke(_pair);
            return _pair;
        }
    }

    /// <summary>Ends the nodes at once: whoever waits for them fails.</summary>
    public void Break()
    {
        var pair = Interlocked.Exchange(ref _pair, null);
        RunningNodes.KillAll();
        pair?.Dispose();
    }

    /// <summary>A further node beside the pair, which ends with it.</summary>
    public BenchNode Keep(BenchNode node)
    {
        _more.Add(node);
        return node;
    }

    public void Dispose()
    {
        _more.ForEach(node => node.Dispose());
        _pair?.Dispose();
        _pair = null;
    }
}
