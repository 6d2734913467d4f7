using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>
/// A typed struct prepared for reading: where its slots lie, and in which order its attributes were written by the application.
/// </summary>
internal sealed class TypedStruct
{
    private TypedStruct(ImmutableArray<TypedSlot> slots, Shape shape, int[] order, int[] offsets, int fixedBytes)
    {
        Slots = slots;
        Shape = shape;
        Order = order;
        Offsets = offsets;
        FixedBytes = fixedBytes;
    }

    public ImmutableArray<TypedSlot> Slots { get; }

    public Shape Shape { get; }

    /// <summary>Per attribute of the shape, its slot.</summary>
    public int[] Order { get; }

    /// <summary>Per slot, its offset in the fixed section.</summary>
    public int[] Offsets { get; }

    public int FixedBytes { get; }

    public static TypedStruct Create(ImmutableArray<TypedSlot> slots, ShapeCache shapes)
    {
        var order = new List<int>(slots.Length);
        var offsets = new int[slots.Length];
        var offset = 0;
        for (var i = 0; i < slots.Length; i++)
        {
            if (!slots[i].IsKnown) throw new ValueFormatException($"A typed struct has a slot of type {slots[i].Type} and size {slots[i].Size}.");
            order.Insert(PlaceOf(i, slots[i].EnumerationOffset), i);
            offsets[i] = offset;
            offset += slots[i].Size;
        }

        var names = order.Select(slot => slots[slot].Name).ToImmutableArray();
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new ValueFormatException("A typed struct has a name twice.");
        return new TypedStruct(slots, shapes.Intern(names), [.. order], offsets, offset);
    }

    // As the original's reader counts: a negative place is counted from the end of what is there already.
    private static int PlaceOf(int slot, int offset)
    {
        var place = offset >= 0 ? slot : slot + offset;
        return Math.Clamp(place < 0 ? slot + place : place, 0, slot);
    }
}
