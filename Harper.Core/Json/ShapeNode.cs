using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>
/// A place in the tree of attribute sequences that a reader has met: the names from the root to here. Each place remembers
/// which one came next the last time, and the next record nearly always goes the same way: then a name costs one comparison of
/// bytes.
/// </summary>
internal sealed class ShapeNode
{
    private const int MaxChildren = 64;

    private readonly JsonRecordReader _owner;
    private readonly ShapeNode? _parent;
    private readonly byte[] _utf8;
    private readonly int _kept;
    private ShapeNode? _likely;
    private ShapeNode[] _children = [];
    private Shape? _shape;

    /// <summary>The root: no attribute yet.</summary>
    public ShapeNode(JsonRecordReader owner)
    {
        _owner = owner;
        _utf8 = [];
        Name = "";
    }

    private ShapeNode(ShapeNode parent, byte[] utf8)
    {
        _owner = parent._owner;
        _parent = parent;
        _utf8 = utf8;
        Name = Encoding.UTF8.GetString(utf8);
        Treatment = _owner.TreatmentOf(Name);
        IsKey = Treatment != AttributeTreatment.Skip && Name == _owner.Options.PrimaryKey;
        _kept = parent._kept + (Treatment == AttributeTreatment.Skip ? 0 : 1);
    }

    public string Name { get; }

    public AttributeTreatment Treatment { get; }

    public bool IsKey { get; }

    /// <summary>The shape of a record that ends here, time slots included.</summary>
    public Shape Shape => _shape ??= MakeShape();

    /// <summary>
    /// The place of the attribute whose name the reader stands on; null when the record has that attribute already.
    /// </summary>
    public ShapeNode? Next(ref Utf8JsonReader json, ref HashSet<string>? seen)
    {
        var likely = _likely;
        if (likely is not null && !json.ValueIsEscaped && !json.HasValueSequence && json.ValueSpan.SequenceEqual(likely._utf8)) return likely;
        return Find(ref json, ref seen);
    }

    private ShapeNode? Find(ref Utf8JsonReader json, ref HashSet<string>? seen)
    {
        var plain = !json.HasValueSequence && !json.ValueIsEscaped && Utf8.IsValid(json.ValueSpan);
        var name = plain ? json.ValueSpan : JsonText.Read(ref json);
        foreach (var child in _children)
        {
            if (!name.SequenceEqual(child._utf8)) continue;
            _likely = child;
            return child;
        }

        var node = new ShapeNode(this, name.ToArray());
        if (IsRepeated(node.Name, ref seen)) return null;
        seen?.Add(node.Name);
        // A place that is not taken into the tree serves this one record.
        if (_children.Length < MaxChildren && _owner.MayGrow(name.Length)) Take(node);
        return node;
    }

    private void Take(ShapeNode node)
    {
        lock (_owner)
        {
            _children = [.. _children, node];
            _likely = node;
        }
    }

    // Compared along the path while it is short; a long record that is new everywhere keeps a set.
    private bool IsRepeated(string name, ref HashSet<string>? seen)
    {
        if (seen is not null) return seen.Contains(name);
        var length = 0;
        for (var node = this; node._parent is not null; node = node._parent, length++)
            if (node.Name == name) return true;
        if (length < 64) return false;
        seen = new HashSet<string>(StringComparer.Ordinal);
        for (var node = this; node._parent is not null; node = node._parent) seen.Add(node.Name);
        return false;
    }

    private Shape MakeShape()
    {
        var options = _owner.Options;
        var slots = (options.UpdatedTime is null ? 0 : 1) + (options.CreatedTime is null ? 0 : 1);
        var names = new string[_kept + slots];
        var at = _kept;
        if (options.UpdatedTime is not null) names[at++] = options.UpdatedTime;
        if (options.CreatedTime is not null) names[at] = options.CreatedTime;
        at = _kept;
        for (var node = this; node is not null; node = node._parent)
            if (node._parent is not null && node.Treatment != AttributeTreatment.Skip) names[--at] = node.Name;
        return _owner.Shapes.Intern(ImmutableArray.Create(names));
    }
}
