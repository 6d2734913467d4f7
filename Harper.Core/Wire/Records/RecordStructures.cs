using System.Collections.Immutable;
using System.Text;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>
/// The dictionary of one table on one connection as of one message 132: how its records are to be read. Immutable.
/// </summary>
public sealed class RecordStructures
{
    public static readonly RecordStructures None = new([], [], new ShapeCache());

    /// <exception cref="ValueFormatException">A definition has unknown slots or a name twice.</exception>
    public RecordStructures(
        ImmutableArray<ImmutableArray<TypedSlot>> typedStructs, ImmutableArray<ImmutableArray<string>> structures, ShapeCache shapes)
    {
        TypedStructs = typedStructs;
        Structures = structures;
        Shapes = shapes;
        Typed = [.. typedStructs.Select(slots => TypedStruct.Create(slots, shapes))];
        Shared = [.. structures.Select(names => SharedStructure.Create(names, shapes))];
    }

    public ImmutableArray<ImmutableArray<TypedSlot>> TypedStructs { get; }

    public ImmutableArray<ImmutableArray<string>> Structures { get; }

    internal ShapeCache Shapes { get; }

    internal TypedStruct[] Typed { get; }

    internal SharedStructure[] Shared { get; }

    /// <summary>Reads the two lists as they stand in message 132 (MessagePack arrays).</summary>
    /// <exception cref="ValueFormatException">They are not lists of definitions.</exception>
    public static RecordStructures Read(ReadOnlySpan<byte> typedStructs, ReadOnlySpan<byte> structures, ShapeCache shapes)
    {
        var typed = ImmutableArray.CreateBuilder<ImmutableArray<TypedSlot>>();
        var reader = new ValueReader(typedStructs);
        for (var left = CountOf(ref reader); left > 0; left--) typed.Add(ReadSlots(ref reader));
        var shared = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        reader = new ValueReader(structures);
        for (var left = CountOf(ref reader); left > 0; left--) shared.Add(ReadNames(ref reader));
        return new RecordStructures(typed.ToImmutable(), shared.ToImmutable(), shapes);
    }

    private static ImmutableArray<TypedSlot> ReadSlots(ref ValueReader reader)
    {
        var slots = ImmutableArray.CreateBuilder<TypedSlot>();
        for (var left = CountOf(ref reader); left > 0; left--)
        {
            var parts = reader.ReadArray();
            if (parts < 3) throw new ValueFormatException($"A slot of a typed struct has {parts} parts.");
            var slot = new TypedSlot(ReadSmall(ref reader), ReadSmall(ref reader), NameOf(reader.ReadText()));
            if (parts > 3 && reader.Kind == ValueKind.Number) slot = slot with { EnumerationOffset = ReadSmall(ref reader) };
            else if (parts > 3) reader.Skip();
            for (var extra = 4; extra < parts; extra++) reader.Skip();
            slots.Add(slot);
        }

        return slots.ToImmutable();
    }

    private static ImmutableArray<string> ReadNames(ref ValueReader reader)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        for (var left = CountOf(ref reader); left > 0; left--) names.Add(NameOf(reader.ReadText()));
        return names.ToImmutable();
    }

    // A list with holes has null in them: a structure that nobody uses.
    private static int CountOf(ref ValueReader reader)
    {
        if (reader.AtEnd) return 0;
        if (reader.Kind is not (ValueKind.Null or ValueKind.Undefined)) return reader.ReadArray();
        reader.Skip();
        return 0;
    }

    private static int ReadSmall(ref ValueReader reader)
    {
        var number = reader.ReadNumber();
        return Math.Abs(number) <= 0xFFFF ? (int)number : throw new ValueFormatException("A slot of a typed struct has a number out of range.");
    }

    private static string NameOf(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
