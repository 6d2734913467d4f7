using System.Buffers.Binary;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>
/// Reads typed structs: header, one fixed slot per attribute, then the texts and other data that slots refer to. Little-endian.
/// </summary>
internal static class TypedStructReader
{
    private const int PlacesOnStack = 128;

    // In place of an offset: the slot holds a constant.
    private const int NoReference = -1;

    public static Shape Read(ReadOnlySpan<byte> value, RecordStructures structures, RecordBuffer buffer, ref WireValue values)
    {
        var header = ReadHeader(value, out var id);
        if (id >= (uint)structures.Typed.Length) throw new ValueFormatException($"A record refers to typed struct {id} of {structures.Typed.Length}.");
        var layout = structures.Typed[(int)id];
        if (value.Length - header < layout.FixedBytes) throw ValueFormatException.Truncated();
        var slots = value.Slice(header, layout.FixedBytes);
        var references = value[(header + layout.FixedBytes)..];
        var count = layout.Slots.Length;
        var bounds = count <= PlacesOnStack ? stackalloc (int Start, int End)[PlacesOnStack] : new (int, int)[count];
        FindReferences(layout, slots, references.Length, bounds);

        var writer = new ValueWriter(buffer);
        foreach (var index in layout.Order)
        {
            var slot = layout.Slots[index];
            var content = slots.Slice(layout.Offsets[index], slot.Size);
            if (!slot.IsReference)
            {
                if (slot.Type == TypedSlot.Number) TypedNumber.Transcode(content, writer);
                else Date(content, writer);
                continue;
            }

            var (start, end) = bounds[index];
            if (start == NoReference) TypedNumber.Constant(content[0], writer);
            else if (slot.Type == TypedSlot.AnyData) AnyData(value, header + layout.FixedBytes + start, header + layout.FixedBytes + end, ref values);
            else values.Text(references[start..end]);
        }

        return layout.Shape;
    }

    private static int ReadHeader(ReadOnlySpan<byte> value, out uint id)
    {
        var extra = value[0] < 0x38 ? 0 : value[0] - 0x37;
        if (extra > 4) throw new ValueFormatException($"No record begins with 0x{value[0]:x2}.");
        if (value.Length <= extra) throw ValueFormatException.Truncated();
        id = extra == 0 ? value[0] - 0x20u : 0;
        for (var i = extra; i > 0; i--) id = id << 8 | value[i];
        return 1 + extra;
    }

    // A referenced value ends where that of the next slot with a real offset begins; the last one at the end of the record.
    private static void FindReferences(TypedStruct layout, ReadOnlySpan<byte> slots, int length, Span<(int Start, int End)> bounds)
    {
        var end = length;
        for (var i = layout.Slots.Length - 1; i >= 0; i--)
        {
            var slot = layout.Slots[i];
            if (!slot.IsReference) continue;
            var start = OffsetOf(slot, slots.Slice(layout.Offsets[i], slot.Size));
            if (start > end) throw new ValueFormatException("A typed struct refers behind its end, or backwards.");
            bounds[i] = (start, end);
            if (start != NoReference) end = start;
        }
    }

    private static int OffsetOf(TypedSlot slot, ReadOnlySpan<byte> content)
    {
        switch (slot.Size)
        {
            case 0:
                return 0;
            case 1:
                return content[0] >= TypedNumber.FirstConstant ? NoReference : content[0];
            case 2:
                var offset = BinaryPrimitives.ReadUInt16LittleEndian(content);
                return offset >= 0xFF00 ? NoReference : offset;
            default:
                var longOffset = BinaryPrimitives.ReadUInt32LittleEndian(content);
                if (longOffset >= 0xFFFF_FF00) return NoReference;
                return longOffset <= int.MaxValue ? (int)longOffset : throw ValueFormatException.Truncated();
        }
    }

    private static void Date(ReadOnlySpan<byte> content, ValueWriter writer)
    {
        var milliseconds = BinaryPrimitives.ReadDoubleLittleEndian(content);
        if (double.IsNaN(milliseconds) && content[0] >= TypedNumber.FirstConstant) TypedNumber.Constant(content[0], writer);
        else writer.Date(milliseconds);
    }

    // Read from the whole record, because names given in one slot may be used in a later one.
    private static void AnyData(ReadOnlySpan<byte> value, int start, int end, ref WireValue values)
    {
        var reader = new ValueReader(value[..end]).At(start);
        values.Attribute(ref reader);
        if (!reader.AtEnd) throw new ValueFormatException("A slot of a typed struct holds more than one value.");
    }
}
