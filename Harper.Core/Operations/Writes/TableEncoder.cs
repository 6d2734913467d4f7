using System.Runtime.CompilerServices;
using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Operations.Writes;

/// <summary>
/// Turns the records of a request into writes against one immutable table definition, straight from the bytes of the body. One instance per definition,
/// found by <see cref="Of"/>; safe for all requests at once.
/// </summary>
public sealed class TableEncoder
{
    private static readonly ConditionalWeakTable<TableDefinition, TableEncoder> Encoders = [];

    private readonly TableDefinition _table;
    private readonly TablePolicy _policy;
    private readonly JsonRecordReader _reader;
    private readonly ShapeCache _shapes = new();

    /// <summary>What the records of the last request took, as a share of their JSON: the next are probably like them. Any request may set it.</summary>
    private float _share = 1;

    private TableEncoder(TableDefinition table)
    {
        _table = table;
        _policy = new TablePolicy(table);
        _reader = new JsonRecordReader(_shapes, new JsonRecordOptions
        {
            PrimaryKey = table.PrimaryKey,
            UpdatedTime = table.Attributes.FirstOrDefault(attribute => attribute.Assigned == AssignedTime.Updated)?.Name,
            CreatedTime = table.Attributes.FirstOrDefault(attribute => attribute.Assigned == AssignedTime.Created)?.Name,
            Policy = _policy,
        });
    }

    public static TableEncoder Of(TableDefinition table) => Encoders.GetValue(table, static definition => new TableEncoder(definition));

    /// <summary>Reads a JSON array of records. All or nothing: a problem in one record refuses them all, naming every problem.</summary>
    public void Read(ReadOnlyMemory<byte> records, WriteMode mode, double? expiresAt, IKeySource keys, WriteList writes)
    {
        var json = new Utf8JsonReader(records.Span, new JsonReaderOptions { MaxDepth = OperationEnvelope.MaxDepth });
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray) throw OperationError.Bad("'records' must be an array");
        TablePolicy.Begin();
        var expected = (long)(records.Length * (double)_share) + 64;
        var buffer = new RecordBuffer((int)Math.Min(expected, 64 * 1024), expected);
        for (var index = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
        {
            if (json.TokenType != JsonTokenType.StartObject) throw OperationError.Bad($"'records[{index}]' must be of type object");
            writes.Add(ReadOne(ref json, mode, expiresAt, keys, buffer));
        }
        TablePolicy.ThrowProblems();
        _share = Math.Clamp(buffer.Total * 1.05f / records.Length, 0.1f, 1);
    }

    /// <summary>Reads a JSON array of keys to delete.</summary>
    public void ReadKeys(ReadOnlyMemory<byte> ids, WriteList writes)
    {
        foreach (var key in RecordKeys.Read(ids)) writes.Add(new LocalWrite(_table.Name, key, WriteMode.Delete, EncodedRecord.Empty));
    }

    /// <summary>An upsert of a key that is not there makes a whole record, which must have what the table requires.</summary>
    public void CheckNewRecords(WriteList writes, int from, IReadView view)
    {
        if (!_policy.HasRequired) return;
        TablePolicy.Begin();
        for (var index = from; index < writes.Count; index++)
            if (writes[index] is { Mode: WriteMode.Upsert } write && !view.TryRead(_table, write.Key, out _)) _policy.CheckRequired(write.Value.Shape);
        TablePolicy.ThrowProblems();
    }

    public bool HasRequired => _policy.HasRequired;

    private LocalWrite ReadOne(ref Utf8JsonReader json, WriteMode mode, double? expiresAt, IKeySource keys, RecordBuffer buffer)
    {
        JsonRecord read;
        try
        {
            read = _reader.Read(ref json, buffer);
        }
        catch (JsonException error)
        {
            throw OperationError.Bad(error.Message);
        }
        var (record, slots) = (read.Record, read.Slots);
        RecordKey key;
        if (!read.Key.IsEmpty && read.Key.Span[0] != 0xC0) key = RecordKeys.FromValue(read.Key.Span, buffer);
        else if (mode == WriteMode.Update)
            throw OperationError.Bad("a valid hash attribute must be provided with update record, check log for more info");
        else (key, record) = WithKey(record, keys.Next());
        if (mode == WriteMode.Insert && _policy.HasRequired) _policy.CheckRequired(record.Shape);
        return new LocalWrite(_table.Name, key, mode, record, slots, expiresAt ?? ExpiryOf(record));
    }

    /// <summary>Puts a generated key where the record has none or null; the time slots stay at its end.</summary>
    private (RecordKey Key, EncodedRecord Record) WithKey(in EncodedRecord record, RecordKey key)
    {
        var value = new RecordBuffer(64);
        KeyCodec.ToValue(key.Span, value);
        var at = record.Shape.IndexOf(_table.PrimaryKey);
        if (at < 0)
        {
            var bytes = new byte[value.Length + record.Values.Length];
            value.Written.CopyTo(bytes);
            record.Values.CopyTo(bytes.AsMemory(value.Length));
            return (key, new EncodedRecord(_shapes.Intern(record.Shape.Names.Insert(0, _table.PrimaryKey)), bytes));
        }
        var builder = new RecordBuilder(_shapes);
        builder.AddAll(record);
        builder.Set(_table.PrimaryKey, value.Written);
        return (key, builder.Build());
    }

    private double? ExpiryOf(in EncodedRecord record)
    {
        if (_policy.ExpiresAt is not { } name || !RecordReader.TryFind(record, name, out var value)) return null;
        var reader = new ValueReader(value);
        return reader.Kind switch
        {
            ValueKind.Number => reader.ReadNumber(),
            ValueKind.Date => reader.ReadDate(),
            _ => null,
        };
    }
}
