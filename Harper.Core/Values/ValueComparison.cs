using System.Buffers;
using System.Numerics;

namespace Harper.Core.Values;

/// <summary>Compares values of the dialect by what they mean and not by how they are written.</summary>
public static class ValueComparison
{
    public static bool Equal(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right)) return true;
        ValueReader leftReader = new(left), rightReader = new(right);
        var kind = leftReader.Kind;
        if (kind != rightReader.Kind) return false;
        return kind switch
        {
            ValueKind.Number => leftReader.ReadNumber().Equals(rightReader.ReadNumber()),
            ValueKind.Text => leftReader.ReadText().SequenceEqual(rightReader.ReadText()),
            _ => Canonical(left).AsSpan().SequenceEqual(Canonical(right)),
        };
    }

    /// <summary>Equal attributes in any order; an undefined attribute equals an absent one.</summary>
    public static bool Equal(in EncodedRecord left, in EncodedRecord right)
    {
        if (left.Shape.Equals(right.Shape) && left.Values.Span.SequenceEqual(right.Values.Span)) return true;
        return Canonical(left).AsSpan().SequenceEqual(Canonical(right));
    }

    /// <summary>
    /// The order of keys: undefined and null, booleans, numbers (dates, big integers), texts by code point, arrays, then the
    /// rest by canonical form.
    /// </summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        ValueReader leftReader = new(left), rightReader = new(right);
        return Compare(ref leftReader, ref rightReader, 0);
    }

    private static int Compare(ref ValueReader left, ref ValueReader right, int depth)
    {
        if (depth > ValueReader.MaxDepth) throw ValueFormatException.TooDeep();
        ValueKind leftKind = left.Kind, rightKind = right.Kind;
        var byRank = Rank(leftKind).CompareTo(Rank(rightKind));
        if (byRank != 0)
        {
            left.Skip();
            right.Skip();
            return byRank;
        }

        switch (leftKind)
        {
            case ValueKind.Boolean:
                return left.ReadBoolean().CompareTo(right.ReadBoolean());
            case ValueKind.Number or ValueKind.Date or ValueKind.BigInteger:
                return CompareNumbers(ref left, ref right);
            case ValueKind.Text:
                return left.ReadText().SequenceCompareTo(right.ReadText());
            case ValueKind.Array:
                return CompareArrays(ref left, ref right, depth);
            case ValueKind.Null or ValueKind.Undefined:
                left.Skip();
                right.Skip();
                return 0;
            default:
                return CanonicalAt(ref left).AsSpan().SequenceCompareTo(CanonicalAt(ref right));
        }
    }

    private static int CompareNumbers(ref ValueReader left, ref ValueReader right)
    {
        if (left.Kind != ValueKind.BigInteger && right.Kind != ValueKind.BigInteger)
        {
            double leftNumber = ReadNumber(ref left), rightNumber = ReadNumber(ref right);
            return leftNumber == rightNumber ? 0 : leftNumber.CompareTo(rightNumber);
        }

        // Doubles first: only when they are equal can big integers differ in digits that no double has.
        ValueReader leftExact = left, rightExact = right;
        double leftRough = ReadNumber(ref left), rightRough = ReadNumber(ref right);
        if (leftRough != rightRough || !double.IsInteger(leftRough)) return leftRough.CompareTo(rightRough);
        return ReadInteger(ref leftExact, leftRough).CompareTo(ReadInteger(ref rightExact, rightRough));
    }

    private static BigInteger ReadInteger(ref ValueReader reader, double rough) =>
        reader.Kind == ValueKind.BigInteger ? reader.ReadBigInteger() : new BigInteger(rough);

    private static double ReadNumber(ref ValueReader reader) => reader.Kind == ValueKind.Date ? reader.ReadDate() : reader.ReadNumber();

    private static int CompareArrays(ref ValueReader left, ref ValueReader right, int depth)
    {
        int leftCount = left.ReadArray(), rightCount = right.ReadArray();
        for (var i = 0; i < Math.Min(leftCount, rightCount); i++)
            if (Compare(ref left, ref right, depth + 1) is var order and not 0) return order;
        return leftCount.CompareTo(rightCount);
    }

    private static int Rank(ValueKind kind) => kind switch
    {
        ValueKind.Undefined or ValueKind.Null => 0,
        ValueKind.Boolean => 1,
        ValueKind.Number or ValueKind.Date or ValueKind.BigInteger => 2,
        ValueKind.Text => 3,
        ValueKind.Array => 4,
        _ => 5,
    };

    private static byte[] Canonical(ReadOnlySpan<byte> value)
    {
        var form = new ArrayBufferWriter<byte>(value.Length + 16);
        CanonicalValue.Append(value, form);
        return form.WrittenSpan.ToArray();
    }

    private static byte[] Canonical(in EncodedRecord record)
    {
        var form = new ArrayBufferWriter<byte>(record.Values.Length + 16);
        CanonicalValue.Append(record, form);
        return form.WrittenSpan.ToArray();
    }

    private static byte[] CanonicalAt(ref ValueReader reader)
    {
        var form = new ArrayBufferWriter<byte>();
        CanonicalValue.Append(ref reader, form, 0);
        return form.WrittenSpan.ToArray();
    }
}
