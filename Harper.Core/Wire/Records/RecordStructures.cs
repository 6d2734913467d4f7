using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>One slot of a typed struct, as message 132 announces it: <c>[type, size, name, enumerationOffset?]</c>.</summary>
public readonly record struct TypedSlot(int Type, int Size, string Name, int EnumerationOffset = 0);

/// <summary>The dictionary of one table on one connection as of one message 132: how its records are to be read. Immutable.</summary>
public sealed class RecordStructures(
    ImmutableArray<ImmutableArray<TypedSlot>> typedStructs, ImmutableArray<ImmutableArray<string>> structures, ShapeCache shapes)
{
    public static readonly RecordStructures None = new([], [], new ShapeCache());

    internal ShapeCache Shapes { get; } = shapes;

    public ImmutableArray<ImmutableArray<TypedSlot>> TypedStructs { get; } = typedStructs;

    public ImmutableArray<ImmutableArray<string>> Structures { get; } = structures;

    /// <summary>Reads the two lists as they stand in message 132 (MessagePack arrays).</summary>
    /// <exception cref="ValueFormatException">They are not lists of definitions.</exception>
    public static RecordStructures Read(ReadOnlySpan<byte> typedStructs, ReadOnlySpan<byte> structures, ShapeCache shapes) =>
        throw new NotImplementedException();
}
