using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Wire.Control;

/// <summary>What a 132 says about the values of a table: typed structs (0x20-0x3F) and shared shapes (0x40-0x7F). Both lists only grow.</summary>
public sealed record TableStructures(ImmutableArray<ImmutableArray<TypedSlot>> TypedStructs, ImmutableArray<Shape> Structures)
{
    public static readonly TableStructures Empty = new([], []);
}

/// <summary>One slot of a typed struct: <c>[type, size, name, enumerationOffset?]</c>.</summary>
/// <param name="Type">0 number, 1 any data, 2 UTF-8 string, 3 ASCII string, 16 date.</param>
/// <param name="Size">Bytes in the fixed section: 0, 1, 2, 4 or 8.</param>
public readonly record struct TypedSlot(byte Type, byte Size, string Name, int EnumerationOffset = 0);
