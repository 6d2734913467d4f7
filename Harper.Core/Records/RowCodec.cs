using System.Buffers;
using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Records;

/// <summary>
/// The stored form of a row:
/// <code>
/// flags, [base version f64, base origin], [expires f64],
/// [count, { attribute index, version f64, origin }]          patched attributes
/// [count, { name, version f64, origin, amount f64 }]         adds
/// shape id (0: count, names), values to the end
/// </code>
/// Numbers are LEB128, times big-endian. A row that was never patched, nearly every one, is a dozen bytes and its values.
/// </summary>
public static class RowCodec
{
    private const byte Alive = 1, HasBase = 2, HasExpiry = 4, HasPatched = 8, HasAdds = 16;

    public static void Write(Row row, IBufferWriter<byte> output, IRowDictionary dictionary)
    {
        var hasBase = row.Base != default;
        var writer = new StoredWriter(output);
        writer.Byte((byte)((row.Alive ? Alive : 0) | (hasBase ? HasBase : 0) | (row.ExpiresAt is null ? 0 : HasExpiry)
            | (row.Patched.IsEmpty ? 0 : HasPatched) | (row.Adds.IsEmpty ? 0 : HasAdds)));
        if (hasBase) WriteStamp(ref writer, row.Base, dictionary);
        if (row.ExpiresAt is { } expires) writer.Double(expires);
        if (!row.Patched.IsEmpty) WritePatched(ref writer, row, dictionary);
        if (!row.Adds.IsEmpty) WriteAdds(ref writer, row, dictionary);
        WriteShape(ref writer, row.Value.Shape, dictionary);
        writer.Bytes(row.Value.Values.Span);
    }

    /// <summary>Reads a row; its values are slices of <paramref name="stored"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a row.</exception>
    public static Row Read(ReadOnlyMemory<byte> stored, IRowDictionary dictionary)
    {
        var reader = new StoredReader(stored);
        var flags = reader.Byte();
        var stamp = (flags & HasBase) != 0 ? ReadStamp(ref reader, dictionary) : default;
        double? expires = (flags & HasExpiry) != 0 ? reader.Double() : null;
        var patchedAt = reader;
        if ((flags & HasPatched) != 0) SkipPatched(ref reader);
        var adds = (flags & HasAdds) != 0 ? ReadAdds(ref reader, dictionary) : [];
        var shape = ReadShape(ref reader, dictionary);
        var patched = (flags & HasPatched) != 0 ? ReadPatched(ref patchedAt, shape, dictionary) : [];
        return new Row(stamp, (flags & Alive) != 0, new EncodedRecord(shape, reader.Rest()), patched, adds, expires);
    }

    public static void WriteShape(ref StoredWriter writer, Shape shape, IRowDictionary dictionary)
    {
        var id = shape.Count == 0 ? 0 : dictionary.ShapeId(shape);
        writer.Number(id);
        if (id != 0) return;
        writer.Number(shape.Count);
        foreach (var name in shape.Names) writer.Text(name);
    }

    public static Shape ReadShape(ref StoredReader reader, IRowDictionary dictionary)
    {
        var id = reader.Number();
        if (id != 0) return dictionary.Shape(id);
        var count = reader.Count();
        if (count == 0) return Shape.Empty;
        var names = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++) names.Add(reader.Text());
        return new Shape(names.MoveToImmutable());
    }

    private static void WriteStamp(ref StoredWriter writer, Stamp stamp, IRowDictionary dictionary)
    {
        writer.Double(stamp.Version);
        writer.Number(dictionary.OriginId(stamp.Origin));
    }

    private static Stamp ReadStamp(ref StoredReader reader, IRowDictionary dictionary)
    {
        var version = reader.Double();
        return new Stamp(version, dictionary.Origin(reader.Number()));
    }

    private static void WritePatched(ref StoredWriter writer, Row row, IRowDictionary dictionary)
    {
        writer.Number(row.Patched.Length);
        foreach (var attribute in row.Patched)
        {
            writer.Number(row.Value.Shape.IndexOf(attribute.Name));
            WriteStamp(ref writer, attribute.Stamp, dictionary);
        }
    }

    private static void SkipPatched(ref StoredReader reader)
    {
        var count = reader.Count();
        for (var i = 0; i < count; i++)
        {
            reader.Number();
            reader.Double();
            reader.Number();
        }
    }

    private static ImmutableArray<AttributeStamp> ReadPatched(ref StoredReader reader, Shape shape, IRowDictionary dictionary)
    {
        var count = reader.Count();
        var patched = ImmutableArray.CreateBuilder<AttributeStamp>(count);
        for (var i = 0; i < count; i++)
        {
            var index = reader.Number();
            if (index >= shape.Count) throw new InvalidDataException("A stored row names an attribute that its shape does not have.");
            patched.Add(new AttributeStamp(shape.Names[index], ReadStamp(ref reader, dictionary)));
        }

        return patched.MoveToImmutable();
    }

    private static void WriteAdds(ref StoredWriter writer, Row row, IRowDictionary dictionary)
    {
        writer.Number(row.Adds.Length);
        foreach (var add in row.Adds)
        {
            writer.Text(add.Name);
            WriteStamp(ref writer, add.Stamp, dictionary);
            writer.Double(add.Amount);
        }
    }

    private static ImmutableArray<CounterAdd> ReadAdds(ref StoredReader reader, IRowDictionary dictionary)
    {
        var count = reader.Count();
        var adds = ImmutableArray.CreateBuilder<CounterAdd>(count);
        for (var i = 0; i < count; i++)
        {
            var name = reader.Text();
            var stamp = ReadStamp(ref reader, dictionary);
            adds.Add(new CounterAdd(name, stamp, reader.Double()));
        }

        return adds.MoveToImmutable();
    }
}
