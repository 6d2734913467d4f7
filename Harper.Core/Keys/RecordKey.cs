namespace Harper.Core.Keys;

/// <summary>
/// A primary key in the ordered-binary form that is stored, logged and sent: byte order is sort order across all types.
/// </summary>
public readonly struct RecordKey(ReadOnlyMemory<byte> bytes) : IEquatable<RecordKey>, IComparable<RecordKey>
{
    /// <summary>The longest key that the wire carries, in bytes.</summary>
    public const int MaxBytes = 1976;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public ReadOnlySpan<byte> Span => Bytes.Span;

    public int Length => Bytes.Length;

    public bool Equals(RecordKey other) => Span.SequenceEqual(other.Span);

    public int CompareTo(RecordKey other) => Span.SequenceCompareTo(other.Span);

    public override bool Equals(object? obj) => obj is RecordKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public static bool operator ==(RecordKey left, RecordKey right) => left.Equals(right);

    public static bool operator !=(RecordKey left, RecordKey right) => !left.Equals(right);

    public override string ToString() => Convert.ToHexString(Span);
}
