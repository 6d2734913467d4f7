using System.Buffers;
using System.Buffers.Binary;

namespace Harper.Core.Values;

/// <summary>
/// The form of values that digests are taken of (rule 26): names sorted, numbers as float64, big integers as such. Equal
/// values, equal bytes.
/// </summary>
public static class CanonicalValue
{
    private const int PlacesOnStack = 64;

    // Every form is a letter and a content of known length, so that no two values have the same bytes; undefined attributes are
    // left out.
    private const byte NullTag = (byte)'n', FalseTag = (byte)'f', TrueTag = (byte)'t', NumberTag = (byte)'d', BigTag = (byte)'i',
        TextTag = (byte)'s', BinaryTag = (byte)'b', DateTag = (byte)'z', ArrayTag = (byte)'a', RecordTag = (byte)'r',
        EndTag = (byte)'e', OtherTag = (byte)'x';

    public static void Append(ReadOnlySpan<byte> value, IBufferWriter<byte> into)
    {
        var reader = new ValueReader(value);
        Append(ref reader, into, 0);
    }

    public static void Append(in EncodedRecord record, IBufferWriter<byte> into)
    {
        var values = record.Values.Span;
        var count = record.Shape.Count;
        var ends = count <= PlacesOnStack ? stackalloc int[PlacesOnStack] : new int[count];
        for (var i = 0; i < count; i++)
        {
            var start = i == 0 ? 0 : ends[i - 1];
            ends[i] = start + ValueLength.Of(values[start..]);
        }

        var names = record.Shape.Utf8Names;
        Tag(RecordTag, into);
        foreach (var place in record.Shape.Sorted)
        {
            var reader = new ValueReader(values[(place == 0 ? 0 : ends[place - 1])..ends[place]]);
            if (reader.Kind == ValueKind.Undefined) continue;
            Bytes(TextTag, names[place], into);
            Append(ref reader, into, 0);
        }

        Tag(EndTag, into);
    }

    internal static void Append(ref ValueReader reader, IBufferWriter<byte> into, int depth)
    {
        if (depth > ValueReader.MaxDepth) throw ValueFormatException.TooDeep();
        var kind = reader.Kind;
        switch (kind)
        {
            case ValueKind.Null or ValueKind.Undefined:
                reader.Skip();
                Tag(NullTag, into);
                break;
            case ValueKind.Boolean:
                Tag(reader.ReadBoolean() ? TrueTag : FalseTag, into);
                break;
            case ValueKind.Number:
                Number(NumberTag, reader.ReadNumber(), into);
                break;
            case ValueKind.Date:
                Number(DateTag, reader.ReadDate(), into);
                break;
            case ValueKind.BigInteger:
                Bytes(BigTag, reader.ReadBigInteger().ToByteArray(isUnsigned: false, isBigEndian: true), into);
                break;
            case ValueKind.Text:
                Bytes(TextTag, reader.ReadText(), into);
                break;
            case ValueKind.Binary:
                Bytes(BinaryTag, reader.ReadBinary(), into);
                break;
            case ValueKind.Array:
                var count = reader.ReadArray();
                Length(ArrayTag, count, into);
                for (; count > 0; count--) Append(ref reader, into, depth + 1);
                break;
            case ValueKind.Record:
                AppendRecord(ref reader, into, depth);
                break;
            case ValueKind.Map:
                AppendMap(ref reader, into, depth);
                break;
            default:
                Bytes(OtherTag, reader.ReadRaw(), into);
                break;
        }
    }

    private static void AppendRecord(ref ValueReader reader, IBufferWriter<byte> into, int depth)
    {
        var names = reader.ReadRecord();
        var count = names.Count;
        var properties = count <= PlacesOnStack ? stackalloc Property[PlacesOnStack] : new Property[count];
        properties = properties[..count];
        for (var i = 0; i < count; i++)
        {
            var name = names.Next();
            properties[i] = new Property(names.Position - name.Length, name.Length, reader.Position);
            reader.Skip();
        }

        // What ids mean by the end is what they mean at each value: an id that is referred to is never given anew.
        AppendSorted(properties, reader, into, depth);
    }

    private static void AppendMap(ref ValueReader reader, IBufferWriter<byte> into, int depth)
    {
        var count = reader.ReadMap();
        var properties = count <= PlacesOnStack ? stackalloc Property[PlacesOnStack] : new Property[count];
        properties = properties[..count];
        for (var i = 0; i < count; i++)
        {
            var length = reader.Kind == ValueKind.Text ? reader.ReadText().Length : reader.ReadRaw().Length;
            properties[i] = new Property(reader.Position - length, length, reader.Position);
            reader.Skip();
        }

        AppendSorted(properties, reader, into, depth);
    }

    private static void AppendSorted(Span<Property> properties, ValueReader reader, IBufferWriter<byte> into, int depth)
    {
        Sort(properties, reader.Bytes);
        Tag(RecordTag, into);
        foreach (var (name, length, value) in properties)
        {
            var at = reader.At(value);
            if (at.Kind == ValueKind.Undefined) continue;
            Bytes(TextTag, reader.Bytes.Slice(name, length), into);
            Append(ref at, into, depth + 1);
        }

        Tag(EndTag, into);
    }

    private static void Sort(Span<Property> properties, ReadOnlySpan<byte> bytes)
    {
        if (properties.Length <= PlacesOnStack)
        {
            for (var i = 1; i < properties.Length; i++)
                for (var j = i; j > 0 && NameOf(properties[j], bytes).SequenceCompareTo(NameOf(properties[j - 1], bytes)) < 0; j--)
                    (properties[j], properties[j - 1]) = (properties[j - 1], properties[j]);
            return;
        }

        var names = new byte[properties.Length][];
        for (var i = 0; i < names.Length; i++) names[i] = NameOf(properties[i], bytes).ToArray();
        names.AsSpan().Sort(properties, (left, right) => left.AsSpan().SequenceCompareTo(right));
    }

    private static ReadOnlySpan<byte> NameOf(Property property, ReadOnlySpan<byte> bytes) => bytes.Slice(property.Name, property.Length);

    private static void Number(byte tag, double number, IBufferWriter<byte> into)
    {
        var span = into.GetSpan(9);
        span[0] = tag;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], double.IsNaN(number) ? double.NaN : number + 0.0);
        into.Advance(9);
    }

    private static void Bytes(byte tag, ReadOnlySpan<byte> content, IBufferWriter<byte> into)
    {
        Length(tag, content.Length, into);
        into.Write(content);
    }

    private static void Length(byte tag, int length, IBufferWriter<byte> into)
    {
        var span = into.GetSpan(5);
        span[0] = tag;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], length);
        into.Advance(5);
    }

    private static void Tag(byte tag, IBufferWriter<byte> into)
    {
        into.GetSpan(1)[0] = tag;
        into.Advance(1);
    }

    private readonly record struct Property(int Name, int Length, int Value);
}
