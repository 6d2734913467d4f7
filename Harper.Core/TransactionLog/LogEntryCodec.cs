using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.TransactionLog;

/// <summary>
/// The stored form of a transaction in the log. Origins, tables and shapes stand as the numbers that the store gave them; values as they came.
/// <code>
/// format, origin, version, previous, user, count, then per change:
/// kind and flags, table, key length, key, [why it is held], [expires at], [operation], and unless it is a delete or a stub: shape, value length, values
/// </code>
/// </summary>
internal static class LogEntryCodec
{
    private const byte Format = 1;
    private const byte KindMask = 0x07, Stub = 0x08, Expires = 0x10, HasOperation = 0x20, HasValue = 0x40, IsHeld = 0x80;

    public static void Write(ByteBuilder to, LoggedTransaction transaction, Func<TableName, LogTable> table, OriginTable origins)
    {
        to.Byte(Format).Number(origins.Id(transaction.Stamp.Origin)).Double(transaction.Stamp.Version).Double(transaction.Previous);
        to.Text(transaction.User).Number(transaction.Changes.Length);
        TableName lastName = default;
        LogTable last = default;
        foreach (ref readonly var logged in transaction.Changes.AsSpan())
        {
            if (!ReferenceEquals(logged.Change.Table.Value, lastName.Value)) (lastName, last) = (logged.Change.Table, table(logged.Change.Table));
            Write(to, in logged, in last);
        }
    }

    public static LoggedTransaction Read(double position, ReadOnlyMemory<byte> entry, Func<int, LogTable> table, OriginTable origins)
    {
        var parser = new ByteParser(entry.Span);
        if (parser.Byte() != Format) throw new StoreException(StoreFault.UnknownFormat, "the log holds an entry of a later version of this program");
        var origin = origins.Name((int)parser.Number());
        var version = parser.Double();
        var previous = parser.Double();
        var user = parser.Text();
        var count = parser.Count();
        var changes = ImmutableArray.CreateBuilder<LoggedChange>(count);
        var lastId = -1;
        LogTable last = default;
        for (var i = 0; i < count; i++) changes.Add(ReadChange(entry, ref parser, table, ref lastId, ref last));
        return new LoggedTransaction(position, new Stamp(version, origin), previous, user, changes.MoveToImmutable()) { Bytes = entry.Length };
    }

    /// <summary>Only whose it is: what trimming needs to raise the floor.</summary>
    public static Stamp ReadStamp(ReadOnlySpan<byte> entry, OriginTable origins)
    {
        var parser = new ByteParser(entry);
        if (parser.Byte() != Format) throw new StoreException(StoreFault.UnknownFormat, "the log holds an entry of a later version of this program");
        var origin = origins.Name((int)parser.Number());
        return new Stamp(parser.Double(), origin);
    }

    private static void Write(ByteBuilder to, in LoggedChange logged, in LogTable table)
    {
        var change = logged.Change;
        var hasValue = !logged.IsStub && change.Kind != ChangeKind.Delete;
        to.Byte((byte)((byte)change.Kind | (logged.IsStub ? Stub : 0) | (change.ExpiresAt is null ? 0 : Expires)
            | (change.Operation == OriginatingOperation.None ? 0 : HasOperation) | (hasValue ? HasValue : 0) | (logged.Held == HeldKind.None ? 0 : IsHeld)));
        to.Number(table.Id).Number(change.Key.Length).Bytes(change.Key.Span);
        if (logged.Held != HeldKind.None) to.Byte((byte)logged.Held);
        if (change.ExpiresAt is { } expires) to.Double(expires);
        if (change.Operation != OriginatingOperation.None) to.Byte((byte)change.Operation);
        if (!hasValue) return;
        WriteShape(to, change.Value.Shape, table.Shapes);
        to.Number(change.Value.Values.Length).Bytes(change.Value.Values.Span);
    }

    private static LoggedChange ReadChange(
        ReadOnlyMemory<byte> entry, ref ByteParser parser, Func<int, LogTable> tables, ref int lastId, ref LogTable last)
    {
        var flags = parser.Byte();
        var id = (int)parser.Number();
        if (id != lastId) (lastId, last) = (id, tables(id));
        var key = new RecordKey(Memory(entry, ref parser));
        var held = (flags & IsHeld) != 0 ? (HeldKind)parser.Byte() : HeldKind.None;
        double? expires = (flags & Expires) != 0 ? parser.Double() : null;
        var operation = (flags & HasOperation) != 0 ? (OriginatingOperation)parser.Byte() : OriginatingOperation.None;
        var value = EncodedRecord.Empty;
        if ((flags & HasValue) != 0)
        {
            var shape = ReadShape(ref parser, last.Shapes);
            value = new EncodedRecord(shape, Memory(entry, ref parser));
        }

        return new LoggedChange(new Change(last.Name, key, (ChangeKind)(flags & KindMask), value, expires, operation), (flags & Stub) != 0, held);
    }

    private static ReadOnlyMemory<byte> Memory(ReadOnlyMemory<byte> entry, ref ByteParser parser)
    {
        var length = (int)parser.Number();
        var start = parser.Position;
        parser.Bytes(length);
        return entry.Slice(start, length);
    }

    internal static void WriteShape(ByteBuilder to, Shape shape, IRowDictionary? shapes)
    {
        var id = shape.Count == 0 || shapes is null ? 0 : shapes.ShapeId(shape);
        to.Number(id);
        if (id != 0) return;
        to.Number(shape.Count);
        foreach (var name in shape.Names) to.Text(name);
    }

    internal static Shape ReadShape(ref ByteParser parser, IRowDictionary? shapes)
    {
        var id = (int)parser.Number();
        if (id != 0) return shapes?.Shape(id) ?? throw new StoreException(StoreFault.Corrupt, "a record's shape stands as a number where nothing says what it means");
        var count = parser.Count();
        if (count == 0) return Shape.Empty;
        var names = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++) names.Add(parser.Name());
        return new Shape(names.MoveToImmutable());
    }
}

/// <summary>A table as the log knows it: also one that was dropped, while the log speaks of it.</summary>
internal readonly record struct LogTable(int Id, TableName Name, IRowDictionary Shapes);
