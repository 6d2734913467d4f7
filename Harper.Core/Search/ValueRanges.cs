using Harper.Core.Reading;

namespace Harper.Core.Search;

/// <summary>
/// Stretches of ordered-binary keys. In that form null is 00, booleans are 06 and 07, numbers lie from 08 up to 1B and texts from 1B on, so that each class
/// of values is one stretch.
/// </summary>
internal static class ValueRanges
{
    private static readonly ReadOnlyMemory<byte>? NumbersFrom = new byte[] { 0x08 };
    private static readonly ReadOnlyMemory<byte>? TextsFrom = new byte[] { 0x1B };
    private static readonly ReadOnlyMemory<byte>? BooleansFrom = new byte[] { 0x06 };

    public static readonly IndexRange All = default(IndexRange) with { FromInclusive = true, ToInclusive = true };

    /// <summary>The stretch that holds everything a comparison wants, or null when no stretch does.</summary>
    public static IndexRange? Of(SearchCondition.Comparison comparison)
    {
        if (comparison.Operand.IndexKey is not { } key) return null;
        var operand = comparison.Operand;
        return comparison.Comparator switch
        {
            Comparator.Equals => new IndexRange(key, true, key, true),
            Comparator.LessThan => new IndexRange(ClassFrom(operand.Class), true, key, false),
            Comparator.LessThanEqual => new IndexRange(ClassFrom(operand.Class), true, key, true),
            Comparator.GreaterThan => new IndexRange(key, false, ClassTo(operand.Class), false),
            Comparator.GreaterThanEqual => new IndexRange(key, true, ClassTo(operand.Class), false),
            Comparator.Between when comparison.High!.IndexKey is { } high => new IndexRange(key, true, high, true),
            Comparator.StartsWith when operand.Class == ValueClass.Text => Prefix(operand.Text, key),
            _ => null,
        };
    }

    public static IndexRange Intersect(IndexRange left, IndexRange right)
    {
        var (from, fromInclusive) = Later(left.From, left.FromInclusive, right.From, right.FromInclusive, 1);
        var (to, toInclusive) = Later(left.To, left.ToInclusive, right.To, right.ToInclusive, -1);
        return new IndexRange(from, fromInclusive, to, toInclusive);
    }

    /// <summary>Texts with control characters are escaped or not by their length, so only plain prefixes are prefixes of keys.</summary>
    private static IndexRange Prefix(ReadOnlySpan<byte> text, byte[] key)
    {
        if (text.IsEmpty || text.ContainsAnyInRange((byte)0, (byte)0x1F)) return new IndexRange(TextsFrom);
        var to = key.ToArray();
        // UTF-8 has no byte FF, so the last byte can always be raised.
        to[^1]++;
        return new IndexRange(key, true, to, false);
    }

    private static ReadOnlyMemory<byte>? ClassFrom(ValueClass kind) => kind switch
    {
        ValueClass.Number => NumbersFrom,
        ValueClass.Text => TextsFrom,
        ValueClass.Boolean => BooleansFrom,
        _ => null,
    };

    private static ReadOnlyMemory<byte>? ClassTo(ValueClass kind) => kind switch
    {
        ValueClass.Number => TextsFrom,
        ValueClass.Boolean => NumbersFrom,
        _ => null,
    };

    private static (ReadOnlyMemory<byte>?, bool) Later(ReadOnlyMemory<byte>? a, bool aInclusive, ReadOnlyMemory<byte>? b, bool bInclusive, int sign)
    {
        if (a is null) return (b, bInclusive);
        if (b is null) return (a, aInclusive);
        var order = a.Value.Span.SequenceCompareTo(b.Value.Span) * sign;
        return order == 0 ? (a, aInclusive && bInclusive) : order > 0 ? (a, aInclusive) : (b, bInclusive);
    }
}
