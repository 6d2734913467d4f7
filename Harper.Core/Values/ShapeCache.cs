using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Harper.Core.Values;

/// <summary>Gives one instance per distinct shape, up to a bound; beyond it equal shapes are merely equal. Thread-safe.</summary>
public sealed class ShapeCache(int capacity = 4096)
{
    private readonly ConcurrentDictionary<Shape, Shape> _shapes = new();
    private readonly ConcurrentDictionary<(Shape Under, Shape Over), RecordOverlay> _overlays = new();
    private int _count;
    private int _overlayCount;

    public Shape Intern(ImmutableArray<string> names) => names.IsEmpty ? Shape.Empty : Intern(new Shape(names));

    public Shape Intern(Shape shape)
    {
        if (_shapes.TryGetValue(shape, out var known)) return known;
        if (Volatile.Read(ref _count) >= capacity) return shape;
        known = _shapes.GetOrAdd(shape, shape);
        if (ReferenceEquals(known, shape)) Interlocked.Increment(ref _count);
        return known;
    }

    internal RecordOverlay OverlayOf(Shape under, Shape over)
    {
        if (_overlays.TryGetValue((under, over), out var known)) return known;
        var overlay = new RecordOverlay(under, over, this);
        if (Volatile.Read(ref _overlayCount) < capacity && _overlays.TryAdd((under, over), overlay)) Interlocked.Increment(ref _overlayCount);
        return overlay;
    }
}
