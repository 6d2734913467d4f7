using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Schema;
using Harper.Core.Storage;
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

    // The greatest key of the rows, or one that was: never less than any that is stored.
    private byte[] _greatest = [];
    private int _greatestLength;
    private bool _greatestKnown;

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

    /// <summary>
    /// Nothing was ever stored under this key, and the store need not be asked: it comes after all keys of the table. Keys that ascend, as times and numbers do,
    /// are the most that is inserted.
    /// </summary>
    public bool HasNoneAt(RecordKey key, IOrderedStore store)
    {
        if (!_greatestKnown) FindGreatest(store);
        return _greatestLength < 0 || key.Span.SequenceCompareTo(_greatest.AsSpan(0, _greatestLength)) > 0;
    }

    /// <summary>A batch stores or deletes a row under this key.</summary>
    public void Touches(RecordKey key)
    {
        if (!_greatestKnown || (_greatestLength >= 0 && key.Span.SequenceCompareTo(_greatest.AsSpan(0, _greatestLength)) <= 0)) return;
        if (_greatest.Length < key.Length) _greatest = new byte[key.Length * 2];
        key.Span.CopyTo(_greatest);
        _greatestLength = key.Length;
    }

    private void FindGreatest(IOrderedStore store)
    {
        using var cursor = store.Cursor(Family.Rows);
        var prefix = StoreKeys.Table(Id);
        cursor.SeekForPrevious(StoreKeys.After(prefix));
        if (cursor.Valid && cursor.Key.SequenceEqual(StoreKeys.After(prefix))) cursor.Previous();
        _greatestKnown = true;
        _greatestLength = -1;
        if (!cursor.Valid || !cursor.Key.StartsWith(prefix)) return;
        var key = cursor.Key[StoreKeys.TablePrefix..];
        _greatest = key.ToArray();
        _greatestLength = key.Length;
    }

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
