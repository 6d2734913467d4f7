using System.Collections.Concurrent;
using System.Text;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Operations.Writes;
using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Actors.Operations.Data;

/// <summary>
/// Keys for records that came without: GUIDs where the key is a String or ID, else increasing integers from this node's own range (R-DAT-05). A counter
/// goes on after the greatest key of its range that the table holds, so nothing has to be stored for it.
/// </summary>
public sealed class GeneratedKeys(IDatabaseDirectory databases, NodeName self)
{
    private static readonly TableName Nodes = new("hdb_nodes");
    private readonly ConcurrentDictionary<Guid, Counter> _counters = new();
    private readonly ClusterNames _names = new(databases);

    public IKeySource For(IDatabaseHandle database, TableDefinition table)
    {
        var type = table.Find(table.PrimaryKey)?.Type;
        if (type is "String" or "ID") return GuidKeys.Instance;
        return _counters.GetOrAdd(table.Incarnation, _ => new Counter(this, database, table.Name, type == "Int"));
    }

    private KeyRange Range(bool narrow)
    {
        var known = _names.Read();
        return narrow ? KeyRange.ForInt(self, known) : KeyRange.ForLong(self, known);
    }

    private sealed class GuidKeys : IKeySource
    {
        public static readonly GuidKeys Instance = new();

        public RecordKey Next() => KeyCodec.FromText(Guid.NewGuid().ToString());
    }

    private sealed class Counter(GeneratedKeys owner, IDatabaseHandle database, TableName table, bool narrow) : IKeySource
    {
        private readonly Lock _lock = new();
        private KeyRange _range;
        private double _next;

        public RecordKey Next()
        {
            lock (_lock)
            {
                var range = owner.Range(narrow);
                if (range != _range) (_range, _next) = (range, AfterGreatest(range));
                if (_next > _range.Last)
                    throw OperationError.Bad($"Table '{database.Name}.{table}' has used up the keys that this node may generate: send keys with the records");
                return KeyCodec.FromNumber(_next++);
            }
        }

        private double AfterGreatest(KeyRange range)
        {
            using var view = database.OpenView();
            if (view.Catalog.Find(table) is not { } definition) return range.First;
            using var cursor = view.Scan(definition, KeyCodec.FromNumber(range.Last + 1), descending: true);
            if (!cursor.MoveNext()) return range.First;
            var value = new RecordBuffer(16);
            KeyCodec.ToValue(cursor.Current.Key.Span, value);
            var reader = new ValueReader(value.Written);
            return reader.Kind == ValueKind.Number ? Math.Max(range.First, Math.Floor(reader.ReadNumber()) + 1) : range.First;
        }
    }

    /// <summary>The names of the node records, read again at most every ten seconds: they decide which range is whose.</summary>
    private sealed class ClusterNames(IDatabaseDirectory databases)
    {
        private const long FreshMs = 10_000;
        private readonly Lock _lock = new();
        private List<NodeName> _names = [];
        private long _readAt = -FreshMs;

        public List<NodeName> Read()
        {
            lock (_lock)
            {
                if (Environment.TickCount64 - _readAt < FreshMs) return _names;
                _names = ReadRecords();
                _readAt = Environment.TickCount64;
                return _names;
            }
        }

        private List<NodeName> ReadRecords()
        {
            var names = new List<NodeName>();
            if (databases.Find(DatabaseName.System) is not { } system) return names;
            using var view = system.OpenView();
            if (view.Catalog.Find(Nodes) is not { } table) return names;
            using var cursor = view.Scan(table);
            // A key of text is its UTF-8.
            while (cursor.MoveNext()) names.Add(new NodeName(Encoding.UTF8.GetString(cursor.Current.Key.Span)));
            return names;
        }
    }
}
