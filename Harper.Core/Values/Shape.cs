using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

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
    private JsonEncodedText[]? _jsonNames;
    private byte[][]? _utf8Names;
    private int[]? _sorted;
    private int _nameBytes = -1;

    public Shape(ImmutableArray<string> names)
    {
        Names = names;
        var hash = new HashCode();
        foreach (var name in names) hash.Add(name, StringComparer.Ordinal);
        _hash = hash.ToHashCode();
    }

    public ImmutableArray<string> Names { get; }

    public int Count => Names.Length;

    /// <summary>
    /// This shape less its last name: what remains of a full record when the created-time slot at its end is cut off.
    /// </summary>
    public Shape WithoutLast => _withoutLast ??= new Shape(Names.RemoveAt(Names.Length - 1));

    /// <summary>The names as JSON writers take them, escaped once.</summary>
    internal JsonEncodedText[] JsonNames =>
        _jsonNames ??= [.. Names.Select(name => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];

    /// <summary>What the names take where they are written out.</summary>
    internal int NameBytes
    {
        get
        {
            if (_nameBytes >= 0) return _nameBytes;
            var bytes = 0;
            foreach (var name in Names) bytes += Encoding.UTF8.GetByteCount(name) + 3;
            return _nameBytes = bytes;
        }
    }

    internal byte[][] Utf8Names => _utf8Names ??= [.. Names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The indexes of the names in the order of their UTF-8 bytes.</summary>
    internal int[] Sorted
    {
        get
        {
            if (_sorted is not null) return _sorted;
            var names = Utf8Names;
            var sorted = Enumerable.Range(0, Count).ToArray();
            Array.Sort(sorted, (left, right) => names[left].AsSpan().SequenceCompareTo(names[right]));
            return _sorted = sorted;
        }
    }

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
