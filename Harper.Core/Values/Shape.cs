using System.Collections.Immutable;

namespace Harper.Core.Values;

/// <summary>
/// The attribute names of a record, in order. Records of one shape share one instance wherever possible, so that name lookups are
/// done once per shape and not once per record. Two shapes are equal when their names are equal in the same order.
/// </summary>
public sealed class Shape : IEquatable<Shape>
{
    public static readonly Shape Empty = new([]);

    private readonly int _hash;
    private Shape? _withoutLast;

    public Shape(ImmutableArray<string> names)
    {
        Names = names;
        var hash = new HashCode();
        foreach (var name in names) hash.Add(name, StringComparer.Ordinal);
        _hash = hash.ToHashCode();
    }

    public ImmutableArray<string> Names { get; }

    public int Count => Names.Length;

    /// <summary>This shape less its last name: what remains of a full record when the created-time slot at its end is cut off.</summary>
    public Shape WithoutLast => _withoutLast ??= new Shape(Names.RemoveAt(Names.Length - 1));

    public int IndexOf(string name)
    {
        for (var i = 0; i < Names.Length; i++)
            if (string.Equals(Names[i], name, StringComparison.Ordinal)) return i;
        return -1;
    }

    public bool Equals(Shape? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && Names.AsSpan().SequenceEqual(other.Names.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as Shape);

    public override int GetHashCode() => _hash;

    public override string ToString() => string.Join(',', Names);
}
