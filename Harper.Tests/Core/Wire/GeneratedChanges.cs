using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Tests.Core.Wire;

/// <summary>Transactions from a seed: several origins, tables, shapes (more than a connection shares), nested values, deletes and stubs.</summary>
internal sealed class GeneratedChanges(int seed)
{
    public static readonly NodeName Self = new("127.0.0.2");
    public static readonly NodeName Other = new("127.0.0.3");
    public static readonly NodeName Third = new("127.0.0.4");

    public static readonly TableDefinition Dogs = Table(7, "dog");
    public static readonly TableDefinition Cats = Table(300, "cat");

    public static readonly DatabaseCatalog Catalog = new(
        new DatabaseName("data"), new[] { Dogs, Cats }.ToFrozenDictionary(table => table.Name));

    private readonly Random _random = new(seed);
    private readonly Dictionary<NodeName, double> _last = [];
    private double _position = 1795418215490.8054;

    public List<LoggedTransaction> Transactions(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    public LoggedTransaction Next(int? changes = null, int valueBytes = 0)
    {
        var origin = _random.Next(3) switch { 0 => Other, 1 => Third, _ => Self };
        _position = Math.BitIncrement(_position + _random.NextDouble());
        var version = origin == Self ? _position : _position - _random.Next(1, 5);
        version = Math.Max(version, Math.BitIncrement(_last.GetValueOrDefault(origin)));
        var transaction = new LoggedTransaction(
            _position, new Stamp(version, origin), origin != Self && _random.Next(8) == 0 ? double.NaN : _last.GetValueOrDefault(origin),
            _random.Next(4) switch { 0 => null, 1 => "\u0001\u0002ödd", _ => "admin" },
            [.. Enumerable.Range(0, changes ?? _random.Next(0, 6)).Select(_ => new LoggedChange(Change(valueBytes), _random.Next(5) == 0))]);
        _last[origin] = version;
        return transaction;
    }

    public Change Change(int valueBytes = 0)
    {
        var kind = _random.Next(4) switch { 0 => ChangeKind.Delete, 1 => ChangeKind.Patch, _ => ChangeKind.Put };
        var key = _random.Next(3) == 0 ? KeyCodec.FromNumber(_random.Next(-50, 50)) : KeyCodec.FromText($"key-{_random.Next(100)}-{new string('x', _random.Next(140))}");
        return new Change(
            (_random.Next(3) == 0 ? Cats : Dogs).Name, key, kind, kind == ChangeKind.Delete ? EncodedRecord.Empty : Record(valueBytes),
            kind != ChangeKind.Delete && _random.Next(6) == 0 ? 1900000000000 : null,
            kind == ChangeKind.Delete ? OriginatingOperation.None : (OriginatingOperation)_random.Next(4));
    }

    public static TableDefinition Table(int id, string name) => new()
    {
        Id = id, Name = new TableName(name), PrimaryKey = "id", Incarnation = Guid.Parse("11111111-2222-3333-4444-555555555555"),
        Attributes = [new AttributeDefinition(1, "id", "ID", IsPrimaryKey: true), new AttributeDefinition(2, "a1")],
    };

    private EncodedRecord Record(int valueBytes)
    {
        // About 60 shapes per table: beyond 32 they travel with their names.
        var extra = _random.Next(60);
        var shape = new Shape(["id", $"a{extra}", "nested", "text"]);
        var values = new ArrayBufferWriter<byte>();
        var writer = new ValueWriter(values);
        writer.Text($"id-{_random.Next(1000)}");
        writer.Number(_random.Next(3) switch { 0 => _random.Next(-10, 200), 1 => _random.NextDouble(), _ => _random.NextInt64(1L << 50) });
        // As the decoder numbers nested objects: so that bytes can be compared.
        writer.Raw([0xD4, 0x72, 0x60]);
        writer.BeginArray(2);
        writer.Text("x");
        writer.Text("deep");
        writer.Boolean(true);
        writer.BeginArray(2);
        writer.Null();
        writer.Number(64);
        writer.Text(new string('ü', (valueBytes / 2) + _random.Next(40)));
        return new EncodedRecord(shape, values.WrittenSpan.ToArray());
    }
}
