using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>Several changes to one key within one transaction become one (rule 5).</summary>
internal static class ChangeFolding
{
    public static Change Fold(in Change first, in Change second, ShapeCache shapes)
    {
        if (second.Kind != ChangeKind.Patch) return second with { Operation = Operation(first, second) };
        if (first.Kind == ChangeKind.Delete)
            return second with { Kind = ChangeKind.Put, Value = Values(EncodedRecord.Empty, second.Value, keepAdds: false, shapes) };
        var value = Values(first.Value, second.Value, first.Kind == ChangeKind.Patch, shapes);
        return first with { Value = value, ExpiresAt = second.ExpiresAt ?? first.ExpiresAt };
    }

    /// <summary>What the client meant as a whole: an insert that is then updated is an insert.</summary>
    private static OriginatingOperation Operation(in Change first, in Change second) =>
        second.Kind == ChangeKind.Put && first.Kind != ChangeKind.Delete && first.Operation != OriginatingOperation.None ? first.Operation : second.Operation;

    private static EncodedRecord Values(EncodedRecord under, EncodedRecord over, bool keepAdds, ShapeCache shapes)
    {
        var builder = new RecordBuilder(shapes);
        builder.AddAll(under);
        var reader = new RecordReader(over);
        while (reader.MoveNext())
        {
            if (!Counter.TryReadAdd(reader.Value, out var amount))
            {
                builder.Set(reader.Name, reader.Value);
                continue;
            }

            // An add onto what this transaction set is known here; an add onto what others set must stay one.
            var known = RecordReader.TryFind(under, reader.Name, out var value);
            if (known && Counter.TryReadAdd(value, out var earlier)) builder.Set(reader.Name, Counter.EncodeAdd(earlier + amount));
            else if (known || !keepAdds) builder.SetNumber(reader.Name, (known ? NumberOf(value) : 0) + amount);
            else builder.Set(reader.Name, reader.Value);
        }

        return builder.Build();
    }

    private static double NumberOf(ReadOnlySpan<byte> value)
    {
        var reader = new ValueReader(value);
        return reader.Kind is ValueKind.Number or ValueKind.BigInteger ? reader.ReadNumber() : 0;
    }
}
