using System.Buffers;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Core.Reading;

/// <summary>What readers see of rows: those that exist and have not expired, counters folded in, the primary key among the attributes.</summary>
internal sealed class VisibleRecords(double now)
{
    private readonly ShapeCache _shapes = new(64);
    private Shape? _lastShape;
    private bool _lastHasKey;

    public bool TrySee(TableDefinition table, RecordKey key, Row row, out VisibleRecord record)
    {
        record = default;
        if (!row.IsSeen(now)) return false;
        var value = Counter.Visible(row);
        record = new VisibleRecord(key, HasKey(table, value.Shape) ? value : WithKey(table, key, value), row.Latest.Version, row.ExpiresAt);
        return true;
    }

    private bool HasKey(TableDefinition table, Shape shape)
    {
        if (ReferenceEquals(shape, _lastShape)) return _lastHasKey;
        (_lastShape, _lastHasKey) = (shape, shape.IndexOf(table.PrimaryKey) >= 0);
        return _lastHasKey;
    }

    /// <summary>A row that patches alone have built has the attributes that were patched (rule 2); its key is known all the same.</summary>
    private EncodedRecord WithKey(TableDefinition table, RecordKey key, EncodedRecord value)
    {
        var encoded = new ArrayBufferWriter<byte>(64);
        KeyCodec.ToValue(key.Span, encoded);
        var builder = new RecordBuilder(_shapes);
        builder.Set(table.PrimaryKey, encoded.WrittenSpan);
        builder.AddAll(value);
        return builder.Build();
    }
}
