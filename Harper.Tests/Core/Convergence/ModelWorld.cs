using Harper.Core.Identity;
using Harper.Core.Records;

namespace Harper.Tests.Core.Convergence;

/// <summary>
/// Up to five nodes whose links come and go: sessions break anywhere, nodes relay, logs are trimmed, copies are cut and go on or begin again. All from a
/// seed. After healing all nodes must hold the same rows (rules 1-4, 9-13, 21 and 22 together).
/// </summary>
internal sealed class ModelWorld
{
    public const int Keys = 4;
    public static readonly TableName Table = new("t");

    private static readonly NodeName[] Names = [new("a"), new("b"), new("c"), new("d"), new("e")];

    private readonly Random _random;
    private readonly ModelNode[] _nodes;
    private readonly bool[,] _up;
    private readonly bool _floors;
    private readonly ModelChanges _changes;
    private readonly Dictionary<(int To, int From), Session> _sessions = [];
    private int _now = 100;

    private sealed record Session(Dictionary<NodeName, double> Start, HashSet<NodeName> Without)
    {
        public double At { get; set; }
    }

    public ModelWorld(int seed, bool floors = true)
    {
        _random = new Random(seed);
        _floors = floors;
        _changes = new ModelChanges(_random);
        _nodes = [.. Enumerable.Range(0, _random.Next(2, 6)).Select(i => new ModelNode(i, Names[i], _random.Next(-20, 20)))];
        _up = new bool[_nodes.Length, _nodes.Length];
        foreach (var (a, b) in Pairs()) _up[a, b] = _random.NextDouble() < .7;
    }

    public IReadOnlyList<ModelNode> Nodes => _nodes;

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++) Step();
    }

    /// <summary>Joins all links and lets everybody talk; false when the nodes still differ after that.</summary>
    public bool Heal(int moves)
    {
        foreach (var (a, b) in Pairs()) _up[a, b] = true;
        _sessions.Clear();
        for (var i = 0; i < moves; i++)
        {
            _now++;
            Move();
            if (i % 16 == 0 && Equal()) return true;
        }

        return Equal();
    }

    private bool Equal()
    {
        foreach (var node in _nodes)
        {
            if (node.Copy is not null) return false;
            for (var key = 0; key < Keys; key++)
                if (!RowEquality.Same(node.Rows[key], _nodes[0].Rows[key])) return false;
        }

        return true;
    }

    private IEnumerable<(int Greater, int Lesser)> Pairs()
    {
        for (var a = 0; a < _nodes.Length; a++)
            for (var b = 0; b < a; b++) yield return (a, b);
    }

    private bool Linked(int a, int b) => a != b && _up[Math.Max(a, b), Math.Min(a, b)];

    private void Step()
    {
        _now += _random.Next(3);
        var node = _nodes[_random.Next(_nodes.Length)];
        switch (_random.Next(100))
        {
            case < 30:
                node.Write(_now, _random.Next(Keys), _changes.Next());
                break;
            case < 35:
                var (a, b) = (_random.Next(_nodes.Length), _random.Next(_nodes.Length));
                if (a != b) _up[Math.Max(a, b), Math.Min(a, b)] ^= true;
                _sessions.Clear();
                break;
            case < 38: // Killed: what was committed stays, sessions go.
                Drop(session => session.To == node.Index || session.From == node.Index);
                break;
            case < 41 when node.Log.Count > 3:
                node.Trim(_random.Next(1, node.Log.Count));
                Drop(session => session.From == node.Index);
                break;
            default:
                Move();
                break;
        }
    }

    private void Drop(Func<(int To, int From), bool> lost)
    {
        foreach (var session in _sessions.Keys.Where(lost).ToList()) _sessions.Remove(session);
    }

    /// <summary>One node asks another one for what it does not have, and gets some of it.</summary>
    private void Move()
    {
        var to = _nodes[_random.Next(_nodes.Length)];
        var from = _nodes[_random.Next(_nodes.Length)];
        if (!Linked(to.Index, from.Index) || from.Copy is not null) return;
        if (to.Copy is { } copy)
        {
            if (copy.Source == from.Index) CopyStep(to, from, copy);
            return;
        }

        if (!_sessions.TryGetValue((to.Index, from.Index), out var session))
        {
            session = Request(to, from);
            if (session is null) return;
            _sessions[(to.Index, from.Index)] = session;
        }

        Stream(to, from, session);
    }

    /// <summary>The request: every known origin with its <c>through</c>, without those that come directly. Below a floor it becomes a copy (rules 12, 13).</summary>
    private Session? Request(ModelNode to, ModelNode from)
    {
        var without = _nodes.Where(other => other == to || (other != from && Linked(to.Index, other.Index))).Select(other => other.Name).ToHashSet();
        if (_floors && from.Floor.Any(floor => !without.Contains(floor.Key) && to.Through.GetValueOrDefault(floor.Key) < floor.Value))
        {
            to.Copy = new ModelCopy(from.Index, new(from.Through), -1);
            Drop(session => session.To == to.Index);
            return null;
        }

        return new Session(new(to.Through), without);
    }

    private void Stream(ModelNode to, ModelNode from, Session session)
    {
        var count = _random.Next(1, 4);
        foreach (var entry in from.Log)
        {
            if (entry.Position <= session.At) continue;
            if (count-- == 0) break;
            session.At = entry.Position;
            if (!session.Without.Contains(entry.Stamp.Origin) && entry.Stamp.Version > session.Start.GetValueOrDefault(entry.Stamp.Origin))
                to.Apply(_now, entry);
        }
    }

    private void CopyStep(ModelNode to, ModelNode from, ModelCopy copy)
    {
        if (from.Floor.Any(floor => floor.Value > copy.Vector.GetValueOrDefault(floor.Key)))
        {
            to.Copy = new ModelCopy(from.Index, new(from.Through), -1); // The log since the copy began is gone: it begins again.
            return;
        }

        var merged = 0;
        var after = copy.After;
        for (var key = after + 1; key < Keys && merged < 2; key++)
        {
            after = key;
            if (from.Rows[key] is not { } row) continue;
            to.MergeRow(key, row);
            merged++;
        }

        to.Copy = copy with { After = after };
        if (after < Keys - 1) return;
        to.CompleteCopy();
        Drop(session => session.To == to.Index || session.From == to.Index);
    }
}
