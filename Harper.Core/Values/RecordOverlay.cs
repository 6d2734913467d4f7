using System.Collections.Immutable;

namespace Harper.Core.Values;

/// <summary>How a record of one shape is laid over one of another, worked out once per pair of shapes.</summary>
internal sealed class RecordOverlay
{
    private const int PlacesOnStack = 64;

    private readonly Shape _result;
    private readonly int _underCount;
    private readonly int _overCount;

    // Per attribute of the result: its place in the upper record, or the complement of its place in the lower one.
    private readonly int[] _sources;

    public RecordOverlay(Shape under, Shape over, ShapeCache shapes)
    {
        (_underCount, _overCount) = (under.Count, over.Count);
        var names = ImmutableArray.CreateBuilder<string>();
        var sources = new List<int>();
        var lower = new HashSet<string>(under.Names, StringComparer.Ordinal);
        for (var i = 0; i < under.Count; i++)
        {
            names.Add(under.Names[i]);
            sources.Add(over.IndexOf(under.Names[i]) is var place and >= 0 ? place : ~i);
        }

        for (var i = 0; i < over.Count; i++)
        {
            if (lower.Contains(over.Names[i])) continue;
            names.Add(over.Names[i]);
            sources.Add(i);
        }

        _sources = [.. sources];
        _result = names.Count == under.Count ? under : shapes.Intern(names.ToImmutable());
    }

    public EncodedRecord Apply(ReadOnlySpan<byte> under, ReadOnlySpan<byte> over)
    {
        var underEnds = _underCount <= PlacesOnStack ? stackalloc int[PlacesOnStack] : new int[_underCount];
        var overEnds = _overCount <= PlacesOnStack ? stackalloc int[PlacesOnStack] : new int[_overCount];
        FindEnds(under, underEnds[.._underCount]);
        FindEnds(over, overEnds[.._overCount]);
        var length = 0;
        foreach (var source in _sources) length += source >= 0 ? Slice(over, overEnds, source).Length : Slice(under, underEnds, ~source).Length;
        var values = new byte[length];
        var at = 0;
        foreach (var source in _sources)
        {
            var value = source >= 0 ? Slice(over, overEnds, source) : Slice(under, underEnds, ~source);
            value.CopyTo(values.AsSpan(at));
            at += value.Length;
        }

        return new EncodedRecord(_result, values);
    }

    private static void FindEnds(ReadOnlySpan<byte> values, Span<int> ends)
    {
        var at = 0;
        for (var i = 0; i < ends.Length; i++)
        {
            at += ValueLength.Of(values[at..]);
            ends[i] = at;
        }
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> values, ReadOnlySpan<int> ends, int place) =>
        values[(place == 0 ? 0 : ends[place - 1])..ends[place]];
}
