using System.Buffers;
using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Verification;

/// <summary>Rows of a stretch of a table as the changes that produce them (rule 22), for two nodes that compare and heal (rule 28).</summary>
public static class RowExchangeCodec
{
    private const byte HasExpiry = 0x80;

    /// <summary>Writes all rows of a stretch, tombstones included, expired ones not.</summary>
    /// <exception cref="InvalidOperationException">The stretch has more than <paramref name="maxBytes"/>.</exception>
    public static byte[] Write(IReadView view, TableDefinition table, RecordKey? after, RecordKey? upTo, int maxBytes)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        var writer = new StoredWriter(output);
        using var rows = view.ScanRows(table, after);
        while (rows.MoveNext())
        {
            if (upTo is { } last && rows.Key.CompareTo(last) > 0) break;
            if (rows.Row.ExpiresAt <= view.Now) continue;
            foreach (var (change, stamp) in RowChanges.Of(table.Name, rows.Key, rows.Row)) Write(ref writer, change, stamp);
            if (output.WrittenCount > maxBytes) throw new InvalidOperationException($"The rows take more than {maxBytes} bytes; ask for a shorter stretch.");
        }

        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not changes.</exception>
    /// <exception cref="ValueFormatException">A record in them is not one.</exception>
    public static ImmutableArray<CopiedChange> Read(TableName table, ReadOnlyMemory<byte> bytes)
    {
        var changes = ImmutableArray.CreateBuilder<CopiedChange>();
        var reader = new StoredReader(bytes);
        while (!reader.AtEnd) changes.Add(ReadChange(ref reader, table));
        return changes.DrainToImmutable();
    }

    private static void Write(ref StoredWriter writer, in Change change, Stamp stamp)
    {
        writer.Byte((byte)((byte)change.Kind | (change.ExpiresAt is null ? 0 : HasExpiry)));
        writer.Counted(change.Key.Span);
        writer.Double(stamp.Version);
        writer.Text(stamp.Origin.Value);
        if (change.ExpiresAt is { } expires) writer.Double(expires);
        writer.Number(change.Value.Shape.Count);
        foreach (var name in change.Value.Shape.Names) writer.Text(name);
        writer.Counted(change.Value.Values.Span);
    }

    private static CopiedChange ReadChange(ref StoredReader reader, TableName table)
    {
        var head = reader.Byte();
        var kind = (ChangeKind)(head & 0x0f);
        if (kind is not (ChangeKind.Put or ChangeKind.Delete or ChangeKind.Patch)) throw new InvalidDataException($"There is no change of kind {head & 0x0f}.");
        var key = new RecordKey(reader.Counted());
        if (key.Length is 0 or > RecordKey.MaxBytes || !KeyCodec.IsWellFormed(key.Span)) throw new InvalidDataException("A key is not well-formed.");
        var version = reader.Double();
        var stamp = new Stamp(version, new NodeName(reader.Text()));
        double? expires = (head & HasExpiry) != 0 ? reader.Double() : null;
        var count = reader.Count();
        var names = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++) names.Add(reader.Text());
        var values = reader.Counted();
        ValueLength.Check(values.Span, count);
        return new CopiedChange(new Change(table, key, kind, new EncodedRecord(new Shape(names.MoveToImmutable()), values), expires), stamp);
    }
}
