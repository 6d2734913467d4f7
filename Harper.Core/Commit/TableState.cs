using Harper.Core.Identity;
using Harper.Core.Schema;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>A table as the committer holds it. Its shapes and its definition may be read by anybody; everything else is the committer's.</summary>
internal sealed class TableState(StoredTable stored, OriginTable origins)
{
    private const int MaxPlans = 4096;

    private readonly Dictionary<Shape, ShapePlan> _plans = [];
    private Shape? _lastShape;
    private ShapePlan? _lastPlan;

    public int Id { get; } = stored.Definition.Id;

    public TableName Name { get; } = stored.Definition.Name;

    public StoredTable Stored { get; private set; } = stored;

    public TableDefinition Definition => Stored.Definition;

    public bool IsDropped => Stored.DroppedAt is not null;

    public ShapeTable Shapes { get; } = new(origins);

    /// <summary>Records that exist, expired ones included until they are evicted.</summary>
    public long Rows { get; set; }

    public bool RowsMoved { get; set; }

    public double? ExpirationMs => Definition.ExpirationSeconds * 1000;

    public LogTable InLog => new(Id, Name, Shapes);

    public void Become(StoredTable next)
    {
        Stored = next;
        _plans.Clear();
        (_lastShape, _lastPlan) = (null, null);
    }

    /// <summary>What of a record of this shape is indexed, and what of it the table does not know yet.</summary>
    public ShapePlan Plan(Shape shape)
    {
        if (ReferenceEquals(shape, _lastShape)) return _lastPlan!;
        if (!_plans.TryGetValue(shape, out var plan))
        {
            if (_plans.Count >= MaxPlans) _plans.Clear();
            plan = ShapePlan.Make(Definition, shape);
            _plans.Add(shape, plan);
        }

        (_lastShape, _lastPlan) = (shape, plan);
        return plan;
    }
}
