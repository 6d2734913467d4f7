using System.Buffers;
using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>A list of names that records and nested objects refer to by number.</summary>
/// <param name="EncodedNames">The names as an array of the dialect, to be put in front of nested objects.</param>
internal sealed record SharedStructure(Shape Shape, byte[] EncodedNames)
{
    public static SharedStructure Create(ImmutableArray<string> names, ShapeCache shapes)
    {
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new ValueFormatException("A structure has a name twice.");
        var encoded = new ArrayBufferWriter<byte>();
        var writer = new ValueWriter(encoded);
        writer.BeginArray(names.Length);
        foreach (var name in names) writer.Text(name.AsSpan());
        return new SharedStructure(shapes.Intern(names), encoded.WrittenSpan.ToArray());
    }
}
