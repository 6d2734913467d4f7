using System.Collections.Immutable;
using Harper.Core.Values;
using Harper.Core.Wire.Records;

namespace Harper.Core.Wire.Control;

/// <summary>The two lists of a 132: typed structs and shared shapes.</summary>
internal static class StructureLists
{
    public static ImmutableArray<ImmutableArray<TypedSlot>> Typed(ref ControlReader reader)
    {
        var structs = ImmutableArray.CreateBuilder<ImmutableArray<TypedSlot>>();
        for (var count = reader.ArrayHeader("the typed structs"); count > 0; count--)
        {
            if (reader.TakeAbsent())
            {
                structs.Add([]);
                continue;
            }
            var slots = ImmutableArray.CreateBuilder<TypedSlot>();
            for (var left = reader.ArrayHeader("a typed struct"); left > 0; left--) slots.Add(Slot(ref reader));
            structs.Add(slots.DrainToImmutable());
        }
        return structs.DrainToImmutable();
    }

    /// <summary>A place that is absent keeps its index: records refer to shapes by number.</summary>
    public static ImmutableArray<Shape> Shapes(ref ControlReader reader)
    {
        var shapes = ImmutableArray.CreateBuilder<Shape>();
        for (var count = reader.ArrayHeader("the structures"); count > 0; count--)
        {
            if (reader.TakeAbsent())
            {
                shapes.Add(Shape.Empty);
                continue;
            }
            var names = ImmutableArray.CreateBuilder<string>();
            for (var left = reader.ArrayHeader("a structure"); left > 0; left--) names.Add(reader.Text("an attribute name"));
            shapes.Add(new Shape(names.DrainToImmutable()));
        }
        return shapes.DrainToImmutable();
    }

    public static void Write(ControlWriter to, ImmutableArray<ImmutableArray<TypedSlot>> structs)
    {
        to.Array(structs.Length);
        foreach (var slots in structs)
        {
            to.Array(slots.Length);
            foreach (var slot in slots)
            {
                to.Array(slot.EnumerationOffset == 0 ? 3 : 4);
                to.Integer(slot.Type);
                to.Integer(slot.Size);
                to.Text(slot.Name);
                if (slot.EnumerationOffset != 0) to.Integer(slot.EnumerationOffset);
            }
        }
    }

    public static void Write(ControlWriter to, ImmutableArray<Shape> shapes)
    {
        to.Array(shapes.Length);
        foreach (var shape in shapes)
        {
            to.Array(shape.Count);
            foreach (var name in shape.Names) to.Text(name);
        }
    }

    private static TypedSlot Slot(ref ControlReader reader)
    {
        var count = reader.ArrayHeader("a slot");
        if (count < 3) throw reader.Wrong("type, size and name of a slot");
        var type = (int)reader.Integer("the type of a slot", 0, byte.MaxValue);
        var size = (int)reader.Integer("the size of a slot", 0, 8);
        var name = reader.Text("the name of a slot");
        var offset = 0;
        if (count > 3 && !reader.TakeAbsent()) offset = (int)reader.Integer("the order of a slot", int.MinValue, int.MaxValue);
        for (; count > 4; count--) reader.Skip();
        return new TypedSlot(type, size, name, offset);
    }
}
