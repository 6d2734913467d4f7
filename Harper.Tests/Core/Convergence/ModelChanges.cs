using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Tests.Core.Convergence;

/// <summary>Random changes: puts, deletes and patches of the attributes x, y and c, where c is a counter more often than not.</summary>
internal sealed class ModelChanges(Random random)
{
    private static readonly string[] Attributes = ["x", "y", "c"];
    private static readonly Shape[] Shapes = [.. Enumerable.Range(0, 8).Select(set => new Shape([.. Attributes.Where((_, i) => (set >> i & 1) != 0)]))];
    private static readonly byte[][] Adds = [.. Enumerable.Range(0, 5).Select(amount => Counter.EncodeAdd(amount))];

    public Change Next()
    {
        var kind = random.Next(10) switch { 0 => ChangeKind.Delete, < 4 => ChangeKind.Put, _ => ChangeKind.Patch };
        return new Change(ModelWorld.Table, default, kind, kind == ChangeKind.Delete ? EncodedRecord.Empty : Record(kind == ChangeKind.Patch));
    }

    public Change NextPut() => new(ModelWorld.Table, default, ChangeKind.Put, Record(isPatch: false));

    private EncodedRecord Record(bool isPatch)
    {
        var shape = Shapes[random.Next(1, 8)];
        Span<byte> values = stackalloc byte[64];
        var length = 0;
        foreach (var name in shape.Names)
        {
            if (isPatch && name == "c" && random.Next(10) < 7)
            {
                var add = Adds[random.Next(1, 5)];
                add.CopyTo(values[length..]);
                length += add.Length;
            }
            else values[length++] = (byte)random.Next(10);
        }

        return new EncodedRecord(shape, values[..length].ToArray());
    }
}
