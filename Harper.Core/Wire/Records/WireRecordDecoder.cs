using System.Collections.Immutable;
using System.Text;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>
/// Reads the records that peers send, in any of their encodings (typed structs, shared structures, names given in place, plain
/// maps), into the self-contained form that is stored.
/// </summary>
public static class WireRecordDecoder
{
    /// <param name="value">The value bytes of an audit record, whole.</param>
    /// <param name="buffer">Takes the record's bytes as its next record.</param>
    /// <exception cref="ValueFormatException">The bytes are no record of these structures.</exception>
    public static DecodedRecord Decode(ReadOnlySpan<byte> value, RecordStructures structures, RecordBuffer buffer)
    {
        if (value.IsEmpty || (value.Length == 1 && value[0] == Token.Null)) return new DecodedRecord(EncodedRecord.Empty, true, false);
        buffer.BeginRecord();
        var values = new WireValue(structures, buffer, value.Length);
        var shape = value[0] switch
        {
            >= 0x20 and < Token.FirstRecord => TypedStructReader.Read(value, structures, buffer, ref values),
            >= Token.FirstRecord and <= Token.LastRecord => ReadShared(value, structures, ref values),
            Token.FixExtension1 => ReadInline(value, structures, ref values),
            (>= Token.FixMap and < Token.FixArray) or Token.Map16 or Token.Map32 => ReadMap(value, structures, ref values),
            _ => throw new ValueFormatException($"No record begins with 0x{value[0]:x2}."),
        };
        return new DecodedRecord(new EncodedRecord(shape, buffer.EndRecord()), false, values.ContainsBlob) { BlobFiles = values.BlobFiles };
    }

    private static Shape ReadShared(ReadOnlySpan<byte> value, RecordStructures structures, ref WireValue values)
    {
        var index = value[0] & 0x3F;
        if (index >= structures.Shared.Length) throw new ValueFormatException($"A record refers to structure {index} of {structures.Shared.Length}.");
        var reader = new ValueReader(value);
        reader.Take();
        return ReadValues(ref reader, structures.Shared[index].Shape, ref values);
    }

    private static Shape ReadInline(ReadOnlySpan<byte> value, RecordStructures structures, ref WireValue values)
    {
        var reader = new ValueReader(value);
        reader.Take();
        if (reader.Take() != Token.TypeRecord) throw new ValueFormatException("A record begins with an extension.");
        var id = reader.Take();
        var list = reader;
        values.Define(id, ref reader);
        var names = ImmutableArray.CreateBuilder<string>();
        for (var left = list.ReadArray(); left > 0; left--) names.Add(Encoding.UTF8.GetString(list.ReadText()));
        return ReadValues(ref reader, structures.Shapes.Intern(names.ToImmutable()), ref values);
    }

    private static Shape ReadMap(ReadOnlySpan<byte> value, RecordStructures structures, ref WireValue values)
    {
        var reader = new ValueReader(value);
        var names = ImmutableArray.CreateBuilder<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var left = reader.ReadMap(); left > 0; left--)
        {
            names.Add(NameOf(reader.ReadText(), known));
            values.Attribute(ref reader);
        }

        CheckEnd(reader);
        return structures.Shapes.Intern(names.ToImmutable());
    }

    private static Shape ReadValues(ref ValueReader reader, Shape shape, ref WireValue values)
    {
        for (var left = shape.Count; left > 0; left--) values.Attribute(ref reader);
        CheckEnd(reader);
        return shape;
    }

    private static string NameOf(ReadOnlySpan<byte> utf8, HashSet<string> known)
    {
        var name = Encoding.UTF8.GetString(utf8);
        return known.Add(name) ? name : throw new ValueFormatException("A record has an attribute twice.");
    }

    private static void CheckEnd(ValueReader reader)
    {
        if (!reader.AtEnd) throw new ValueFormatException($"{reader.Remaining} bytes follow the last value of a record.");
    }
}
