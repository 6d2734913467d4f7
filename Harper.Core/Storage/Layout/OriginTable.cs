using System.Collections.Concurrent;
using Harper.Core.Identity;

namespace Harper.Core.Storage.Layout;

/// <summary>
/// The small numbers that stand for node names in rows and log entries of one database, by first use. The committer adds; anybody reads. A name is
/// here before the batch that stores it is written, so every row that can be read can be decoded.
/// </summary>
internal sealed class OriginTable
{
    private readonly ConcurrentDictionary<NodeName, int> _ids = new();
    private readonly ConcurrentDictionary<int, NodeName> _names = new();
    private int _last;

    /// <summary>Names given a number since they were last stored.</summary>
    public List<int> Added { get; } = [];

    public int Id(NodeName origin)
    {
        if (origin.Value is null) return 0;
        if (_ids.TryGetValue(origin, out var id)) return id;
        Load(_last + 1, origin);
        Added.Add(_last);
        return _last;
    }

    public NodeName Name(int id) => id == 0 ? default
        : _names.TryGetValue(id, out var name) ? name : throw new StoreException(StoreFault.Corrupt, $"a row names origin {id}, which is not in the store");

    public void Load(int id, NodeName origin)
    {
        _names[id] = origin;
        _ids[origin] = id;
        _last = Math.Max(_last, id);
    }
}
