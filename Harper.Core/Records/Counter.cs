using System.Buffers;
using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Records;

/// <summary>Counters: attributes that patches add to (rule 4).</summary>
public static class Counter
{
    /// <summary>How many adds an attribute keeps one by one. Beyond it the oldest are folded into the value before their time.</summary>
    public const int MaxAdds = 1024;

    /// <summary>Reads <c>{"__op__": "add", "value": n}</c>. False for any other value.</summary>
    public static bool TryReadAdd(ReadOnlySpan<byte> value, out double amount)
    {
        amount = 0;
        // Every other kind of value is told apart by its first two bytes.
        if (value.Length < 8 || value[0] != 0xd4 || value[1] != 0x72) return false;
        var reader = new ValueReader(value);
        if (reader.Kind != ValueKind.Record) return false;
        var names = reader.ReadRecord();
        if (names.Count != 2) return false;
        var isAdd = false;
        var hasAmount = false;
        for (var i = 0; i < 2; i++)
        {
            var name = names.Next();
            if (name.SequenceEqual("__op__"u8) && reader.Kind == ValueKind.Text) isAdd = reader.ReadText().SequenceEqual("add"u8);
            else if (name.SequenceEqual("value"u8) && IsNumeric(reader.Kind)) (hasAmount, amount) = (true, reader.ReadNumber());
            else return false;
        }

        return isAdd && hasAmount;
    }

    /// <summary>The value that a patch adds with: <c>{"__op__": "add", "value": n}</c>.</summary>
    public static byte[] EncodeAdd(double amount) =>
        [0xd4, 0x72, 0x60, 0x92, 0xa6, .. "__op__"u8, 0xa5, .. "value"u8, 0xa3, .. "add"u8, .. EncodeNumber(amount)];

    /// <summary>The record as readers see it: values with their adds. Missing and non-numeric values count as 0.</summary>
    public static EncodedRecord Visible(Row row)
    {
        if (row.Adds.IsEmpty) return row.Value;
        var overlay = new RowOverlay(row.Value);
        foreach (var group in row.Adds.GroupBy(add => add.Name))
            overlay.Set(group.Key, Sum(row.Value, group.Key, group.OrderBy(add => add.Stamp).Select(add => add.Amount)));
        return overlay.Build();
    }

    /// <summary>Folds adds at or below a version that every member has confirmed into their values.</summary>
    public static Row Settle(Row row, double upTo) =>
        row.Adds.IsEmpty ? row : Fold(row, [.. row.Adds.Where(add => add.Stamp.Version <= upTo)]);

    internal static Row Bound(Row row)
    {
        if (row.Adds.Length <= MaxAdds) return row;
        var tooMany = row.Adds.GroupBy(add => add.Name).Where(group => group.Count() > MaxAdds)
            .SelectMany(group => group.OrderBy(add => add.Stamp).Take(group.Count() - MaxAdds));
        return Fold(row, [.. tooMany]);
    }

    private static Row Fold(Row row, ImmutableArray<CounterAdd> adds)
    {
        if (adds.IsEmpty) return row;
        var overlay = new RowOverlay(row.Value);
        var patched = row.Patched;
        foreach (var group in adds.GroupBy(add => add.Name))
        {
            overlay.Set(group.Key, Sum(row.Value, group.Key, group.OrderBy(add => add.Stamp).Select(add => add.Amount)));

            // A row that lives by its patches alone must not vanish with its last add: what is folded stands as a value of that moment.
            if (!row.Alive && !patched.Any(attribute => attribute.Name == group.Key))
                patched = patched.Add(new AttributeStamp(group.Key, group.Max(add => add.Stamp)));
        }

        return row with { Value = overlay.Build(), Patched = patched, Adds = row.Adds.RemoveRange(adds) };
    }

    /// <summary>Adds in stamp order, so that rounding is the same on every node.</summary>
    private static byte[] Sum(EncodedRecord record, string name, IEnumerable<double> amounts)
    {
        var sum = 0d;
        var value = RowOverlay.Find(record, name);
        if (!value.IsEmpty)
        {
            var reader = new ValueReader(value.Span);
            if (IsNumeric(reader.Kind)) sum = reader.ReadNumber();
        }

        foreach (var amount in amounts) sum += amount;
        return EncodeNumber(sum);
    }

    private static bool IsNumeric(ValueKind kind) => kind is ValueKind.Number or ValueKind.BigInteger;

    private static byte[] EncodeNumber(double value)
    {
        var buffer = new ArrayBufferWriter<byte>(9);
        new ValueWriter(buffer).Number(value);
        return buffer.WrittenSpan.ToArray();
    }
}
