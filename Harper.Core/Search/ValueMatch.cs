using Harper.Core.Values;

namespace Harper.Core.Search;

/// <summary>One comparison of one value. An absent value equals null and is otherwise nowhere in any range.</summary>
internal static class ValueMatch
{
    public static bool Matches(ReadOnlySpan<byte> value, SearchCondition.Comparison comparison)
    {
        var operand = comparison.Operand;
        var kind = SearchOperand.ClassOf(value);
        return comparison.Comparator switch
        {
            Comparator.Equals => Equal(value, kind, operand),
            Comparator.NotEqual => !IsAbsent(value) && !Equal(value, kind, operand),
            Comparator.LessThan => kind == operand.Class && Compare(value, operand) < 0,
            Comparator.LessThanEqual => kind == operand.Class && Compare(value, operand) <= 0,
            Comparator.GreaterThan => kind == operand.Class && Compare(value, operand) > 0,
            Comparator.GreaterThanEqual => kind == operand.Class && Compare(value, operand) >= 0,
            Comparator.Between => kind == operand.Class && Compare(value, operand) >= 0
                && kind == comparison.High!.Class && Compare(value, comparison.High) <= 0,
            Comparator.StartsWith => kind == ValueClass.Text && new ValueReader(value).ReadText().StartsWith(operand.Text),
            Comparator.EndsWith => kind == ValueClass.Text && new ValueReader(value).ReadText().EndsWith(operand.Text),
            _ => Contains(value, kind, operand),
        };
    }

    private static bool Equal(ReadOnlySpan<byte> value, ValueClass kind, SearchOperand operand) =>
        kind == operand.Class && (kind == ValueClass.Null || ValueComparison.Equal(value, operand.Value));

    private static int Compare(ReadOnlySpan<byte> value, SearchOperand operand) => ValueComparison.Compare(value, operand.Value);

    /// <summary>A text contains a text; an array contains a value that is one of its elements.</summary>
    private static bool Contains(ReadOnlySpan<byte> value, ValueClass kind, SearchOperand operand)
    {
        if (kind == ValueClass.Text) return operand.Class == ValueClass.Text && operand.Sought.IsIn(new ValueReader(value).ReadText());
        var reader = new ValueReader(value);
        if (reader.Kind != ValueKind.Array) return false;
        for (var left = reader.ReadArray(); left > 0; left--)
            if (ValueComparison.Equal(reader.ReadRaw(), operand.Value)) return true;
        return false;
    }

    private static bool IsAbsent(ReadOnlySpan<byte> value) => new ValueReader(value).Kind == ValueKind.Undefined;
}
