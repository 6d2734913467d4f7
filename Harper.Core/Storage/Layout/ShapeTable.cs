using System.Collections.Concurrent;
using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Values;

namespace Harper.Core.Storage.Layout;

/// <summary>
/// The shapes of one table's records, by number in order of first use, equal shapes once. At most 4,096: beyond that names stand in the record itself.
/// The committer adds; anybody reads.
/// </summary>
internal sealed class ShapeTable(OriginTable origins) : IRowDictionary
{
    public const int MaxShapes = 4096;

    private readonly Dictionary<Shape, int> _ids = [];
    private readonly ConcurrentDictionary<int, Shape> _shapes = new();
    private Shape? _lastShape;
    private int _lastShapeId;
    private int _last;

    /// <summary>Shapes given a number since they were last stored.</summary>
    public List<int> Added { get; } = [];

    public int OriginId(NodeName origin) => origins.Id(origin);

    public NodeName Origin(int id) => origins.Name(id);

    public int ShapeId(Shape shape)
    {
        // Records of one transaction nearly always share one instance.
        if (ReferenceEquals(shape, _lastShape)) return _lastShapeId;
        if (!_ids.TryGetValue(shape, out var id))
        {
            if (_last >= MaxShapes) return 0;
            id = _last + 1;
            Load(id, shape);
            Added.Add(id);
        }

        (_lastShape, _lastShapeId) = (shape, id);
        return id;
    }

    public Shape Shape(int id) =>
        _shapes.TryGetValue(id, out var shape) ? shape : throw new StoreException(StoreFault.Corrupt, $"a record names shape {id}, which is not in the store");

    public void Load(int id, Shape shape)
    {
        _shapes[id] = shape;
        _ids[shape] = id;
        _last = Math.Max(_last, id);
    }
}
