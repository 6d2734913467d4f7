using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Schema;
using Harper.Core.Sessions;
using Harper.Core.Transactions;
using Harper.Core.Verification;
using Harper.Tests.Core.Convergence;

namespace Harper.Tests.Core.Replication;

/// <summary>
/// A cluster in virtual time, from a seed: nodes write, links come and go, messages are late, sessions break anywhere, nodes are killed between any two
/// effects and lose what was not synced, logs are trimmed, copies are interrupted.
/// </summary>
internal sealed class ReplicationWorld
{
    private static readonly TableName Table = new("t"), Other = new("u");

    private readonly Random _random;
    private readonly ModelChanges _changes;
    private readonly List<SimulatedNode> _nodes = [];
    private readonly Dictionary<(int Low, int High), bool> _links = [];
    private readonly List<SimulatedSession> _sessions = [];
    private readonly List<string> _notes = [];
    private readonly bool _sync;
    private readonly SimulatedFlows? _flows;
    private long _ids;
    private bool _lost;

    /// <param name="flows">What passes between the nodes changes from time to time.</param>
    /// <param name="loses">One of them, of which each of the others takes one table, will be gone for good.</param>
    public ReplicationWorld(int seed, bool sync, bool flows = false, bool loses = false)
    {
        _random = new Random(seed);
        _changes = new ModelChanges(_random);
        _sync = sync;
        var count = loses ? _random.Next(3, 6) : _random.Next(2, 6);
        for (var i = 0; i < count; i++) _nodes.Add(new SimulatedNode(this, i, _random.Next(-20, 20), sync));
        for (var i = 0; i < count; i++)
            for (var j = i + 1; j < count; j++) _links[(i, j)] = _random.Next(10) < 7;
        if (flows) _flows = new SimulatedFlows(_random, _nodes, [Table, Other]) { TakenInParts = loses ? _nodes[^1] : null };
        foreach (var name in Tables)
        {
            var table = new TableSpec(name, "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]);
            _nodes[0].Enqueue(new CommitRequest.Schema([new SchemaEdit.CreateTable(table)]), _ => { });
            _nodes[0].CommitSome(1);
        }
    }

    /// <summary>Null: everything passes everywhere.</summary>
    public SimulatedFlows? Flows => _flows;

    private IEnumerable<TableName> Tables => _flows is null ? [Table] : [Table, Other];

    public double Time { get; private set; } = 1_764_000_000_000;

    public IEnumerable<string> Notes => _notes;

    /// <summary>It took a comparison to make the nodes equal.</summary>
    public bool Compared { get; private set; }

    public Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    public void Note(string text)
    {
        if (_notes.Count > 400) _notes.RemoveRange(0, 200);
        _notes.Add($"{Time - 1_764_000_000_000:0} {text}");
    }

    public void Coordinate(SimulatedNode node, Func<CopyCoordination, (CopyCoordination, ImmutableArray<CoordinationEffect>)> decide)
    {
        var (next, effects) = decide(node.Coordination);
        node.Coordination = next;
        foreach (var effect in effects)
        {
            if (effect.ForSenders is { } told)
            {
                foreach (var session in _sessions.Where(session => session.Sender == node).ToList()) session.OnSender(told);
                continue;
            }

            _sessions.FirstOrDefault(session => session.Id == effect.Session && session.Receiver == node)?.On(effect switch
            {
                CoordinationEffect.GiveTurn turn => new ReceivingEvent.TurnGiven(turn.Copy),
                CoordinationEffect.Yield => ReceivingEvent.Yield.Instance,
                CoordinationEffect.AskAgain => ReceivingEvent.AskAgain.Instance,
                CoordinationEffect.Direct direct => (ReceivingEvent)new ReceivingEvent.DirectChanged(direct.Others),
                _ => throw new ArgumentOutOfRangeException(nameof(decide)),
            });
        }
    }

    public void Closed(SimulatedSession session)
    {
        _sessions.Remove(session);
        Coordinate(session.Receiver, state => state.Left(session.Id));
    }

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++) Step();
    }

    /// <summary>A node that nobody will ever hear of again, with all that it alone had.</summary>
    public void LoseOne()
    {
        var gone = _flows?.TakenInParts ?? _nodes[_random.Next(_nodes.Count)];
        Note($"{gone.Self} is gone for good");
        foreach (var session in _sessions.Where(session => session.Receiver == gone || session.Sender == gone).ToList()) session.Close("gone");
        _nodes.Remove(gone);
        _lost = true;
    }

    public bool Converges(out string why)
    {
        // Those that are left hear of each other from neighbours alone.
        foreach (var link in _links.Keys.ToList()) _links[link] = !_lost || _nodes.FindIndex(node => node.Index == link.High) - _nodes.FindIndex(node => node.Index == link.Low) == 1;
        foreach (var session in _sessions.Where(session => !IsLinked(session.Receiver, session.Sender)).ToList()) session.Close("link down");
        _flows?.OpenAll();
        for (var i = 0; i < 60_000; i++)
        {
            Time += _random.Next(3);
            Move();
            if (i % 200 == 0 && IsQuiet() && Differences() is null)
            {
                why = "";
                return true;
            }
        }

        if ((!_sync || _lost) && IsQuiet() && ComparisonHeals())
        {
            why = "";
            Compared = true;
            return true;
        }

        why = Differences() ?? "the sessions do not come to rest";
        why += "\n" + string.Join('\n', _sessions) + "\n" + string.Join('\n', _nodes.Select(Describe)) + "\n" + string.Join('\n', _notes.TakeLast(40));
        return false;
    }

    /// <summary>Rule 28: each compares itself with each, and what differs is merged both ways.</summary>
    private bool ComparisonHeals()
    {
        foreach (var left in _nodes)
        foreach (var right in _nodes.Where(other => other.Index > left.Index))
        {
            foreach (var table in Tables)
            {
                var (ofLeft, ofRight) = (RowsOf(left, table), RowsOf(right, table));
                left.Enqueue(new CommitRequest.MergeRows(ofRight, right.Self), _ => { });
                right.Enqueue(new CommitRequest.MergeRows(ofLeft, left.Self), _ => { });
            }

            foreach (var node in _nodes) node.CommitSome(int.MaxValue);
        }

        // What heals takes a new incarnation where own writes came back: then the sessions begin anew.
        for (var i = 0; i < 20_000; i++)
        {
            Time += _random.Next(3);
            Move();
        }

        return IsQuiet() && Differences() is null;
    }

    private static ImmutableArray<CopiedChange> RowsOf(SimulatedNode node, TableName table)
    {
        if (node.Engine.Catalog.Find(table) is null) return [];
        using var view = node.OpenView();
        return RowExchangeCodec.Read(table, RowExchangeCodec.Write(view, view.Catalog.Find(table)!, null, null, int.MaxValue));
    }

    private static string Describe(SimulatedNode node) =>
        $"{node.Self} head {node.Engine.Positions.Head:R} through {Text(node.Engine.Positions.Through)} floor {Text(node.Engine.Positions.Floor)} copy {node.Engine.Positions.Copy?.Source} covers {string.Join(" ", node.Engine.Positions.Covers.Select(pair => $"{pair.Key}:{(pair.Value.ByDefault ? "but" : "only")} {string.Join(",", pair.Value.Tables)}"))} parts {string.Join(" ", node.Engine.Positions.Parts.Select(pair => $"{pair.Key}:{string.Join(",", pair.Value.Select(part => $"{part.Key}@{part.Value:R}"))}"))}";

    private static string Text(ImmutableDictionary<NodeName, double> vector) => string.Join(' ', vector.Select(pair => $"{pair.Key}:{pair.Value:R}"));

    private void Step()
    {
        Time += _random.Next(3);
        var node = _nodes[_random.Next(_nodes.Count)];
        switch (_random.Next(1000))
        {
            case < 120: Write(node); break;
            case < 135: Toggle(); break;
            case < 145: Kill(node); break;
            case < 155: Trim(node); break;
            case < 165 when _sessions.Count > 0: _sessions[_random.Next(_sessions.Count)].Close("cut"); break;
            case < 195 when _flows is not null: _flows.Change(); break;
            default: Move(); break;
        }
    }

    private void Move()
    {
        _flows?.Tell(_sessions);
        var (receiver, sender) = (_nodes[_random.Next(_nodes.Count)], _nodes[_random.Next(_nodes.Count)]);
        if (receiver.HasCommits && _random.Next(3) == 0) receiver.CommitSome(_random.Next(1, 5));
        if (receiver == sender || !IsLinked(receiver, sender)) return;
        var session = _sessions.FirstOrDefault(each => each.Receiver == receiver && each.Sender == sender);
        if (session is not null)
        {
            session.Step(_random.Next(10));
            return;
        }

        session = new SimulatedSession(this, ++_ids, receiver, sender);
        _sessions.Add(session);
        session.Open();
    }

    private void Write(SimulatedNode node)
    {
        var table = _flows is null || _random.Next(2) == 0 ? Table : Other;
        if (node.Engine.Catalog.Find(table) is null) return;
        var writes = ImmutableArray.CreateBuilder<LocalWrite>();
        foreach (var key in Enumerable.Range(0, 12).OrderBy(_ => _random.Next()).Take(_random.Next(1, 4)))
        {
            var change = _changes.Next();
            var mode = change.Kind switch { ChangeKind.Delete => WriteMode.Delete, ChangeKind.Put => WriteMode.Put, _ => WriteMode.Patch };
            writes.Add(new LocalWrite(table, KeyCodec.FromNumber(key), mode, change.Value));
        }

        node.Enqueue(new CommitRequest.Local(writes.DrainToImmutable(), "HDB_ADMIN"), _ => { });
    }

    private void Toggle()
    {
        var link = _links.Keys.ElementAt(_random.Next(_links.Count));
        _links[link] = !_links[link];
        if (_links[link]) return;
        foreach (var session in _sessions.Where(session => Between(session, link)).ToList()) session.Close("link down");
    }

    private static bool Between(SimulatedSession session, (int Low, int High) link) =>
        (session.Receiver.Index, session.Sender.Index) == link || (session.Sender.Index, session.Receiver.Index) == link;

    private void Kill(SimulatedNode node)
    {
        Note($"{node.Self} is killed");
        foreach (var session in _sessions.Where(session => session.Receiver == node || session.Sender == node).ToList()) session.Close("killed");
        node.Kill(node.Unsynced == 0 ? 0 : _random.Next(node.Unsynced + 1));
    }

    private void Trim(SimulatedNode node)
    {
        var log = node.Engine.ReadLog(0, int.MaxValue).Transactions;
        if (log.Length > 3) node.Trim(log[_random.Next(log.Length - 1)].Position);
    }

    private bool IsLinked(SimulatedNode one, SimulatedNode other) => _links[(Math.Min(one.Index, other.Index), Math.Max(one.Index, other.Index))];

    private bool IsQuiet() =>
        _sessions.Count == (_lost ? 2 * (_nodes.Count - 1) : _nodes.Count * (_nodes.Count - 1)) && _sessions.All(session => session.IsIdle) && _nodes.All(node => !node.HasCommits && node.Engine.Positions.Copy is null)
        && _flows?.IsTold != false;

    private string? Differences()
    {
        var digests = _nodes.Select(Digest).ToList();
        if (digests.All(digest => digest == digests[0])) return null;
        return string.Join('\n', _nodes.Select(Rows));
    }

    private string Digest(SimulatedNode node) => string.Join(' ', Tables.Select(table => Digest(node, table)));

    private static string Digest(SimulatedNode node, TableName name)
    {
        // That there is a table is told when a session begins, or by the actors.
        if (node.Engine.Catalog.Find(name) is not { } table) return "nothing";
        using var view = node.OpenView();
        using (var cursor = view.ScanRows(table))
            if (!cursor.MoveNext()) return "nothing";
        return TableDigest.Of(view, table, DigestForm.Full).Sha256;
    }

    private string Rows(SimulatedNode node) => string.Join('\n', Tables.Select(table => Rows(node, table)));

    private static string Rows(SimulatedNode node, TableName name)
    {
        if (node.Engine.Catalog.Find(name) is not { } table) return $"{node.Self}: no table {name}";
        using var view = node.OpenView();
        using var cursor = view.ScanRows(table);
        var rows = new List<string>();
        while (cursor.MoveNext())
        {
            var row = cursor.Row;
            rows.Add($"{cursor.Key}: {row.Base.Version - 1_764_000_000_000:R}@{row.Base.Origin} {(row.Alive ? "" : "dead")} [{string.Join(' ', row.Patched.Select(p => $"{p.Name}={p.Stamp.Version - 1_764_000_000_000:R}@{p.Stamp.Origin}"))}] +{row.Adds.Length}");
        }

        return $"{node.Self} {name}\n  " + string.Join("\n  ", rows);
    }
}
