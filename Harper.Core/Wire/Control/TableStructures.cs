using System.Collections.Immutable;
using Harper.Core.Values;
using Harper.Core.Wire.Records;

namespace Harper.Core.Wire.Control;

/// <summary>What a 132 says about the values of a table: typed structs (0x20-0x3F) and shared shapes (0x40-0x7F). Both lists only grow.</summary>
public sealed record TableStructures(ImmutableArray<ImmutableArray<TypedSlot>> TypedStructs, ImmutableArray<Shape> Structures)
{
    public static readonly TableStructures Empty = new([], []);
}
