using Harper.Core.Keys;
using Harper.Core.Values;

namespace Harper.Core.Storage.Layout;

/// <summary>
/// Keys of index entries. The value's ordered-binary form is escaped (00 becomes 00 FF) and ended by 00 00, so that entries sort by value and then
/// by primary key whatever either contains. Text is cut at 254 bytes; readers recheck what was cut.
/// </summary>
internal static class IndexKeys
{
    /// <summary>Longest value in an index key, in bytes.</summary>
    public const int MaxValueBytes = 254;

    /// <summary>Calls back with the key form of everything that a value is indexed under: itself, or each different element of an array.</summary>
    public static void Collect(ReadOnlySpan<byte> value, ByteBuilder scratch, List<(int Start, int Length)> found)
    {
        found.Clear();
        scratch.Clear();
        var reader = new ValueReader(value);
        switch (reader.Kind)
        {
            case ValueKind.Null or ValueKind.Undefined:
                return;
            case ValueKind.Array:
                var count = reader.ReadArray();
                for (var i = 0; i < count; i++) AddElement(ref reader, scratch, found);
                return;
            default:
                Add(value, scratch, found);
                return;
        }
    }

    /// <summary>The value's key form as it stands in the index: cut, without escapes.</summary>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value) => value.Length > MaxValueBytes ? value[..MaxValueBytes] : value;

    public static void Escape(ByteBuilder to, ReadOnlySpan<byte> value)
    {
        int zero;
        while ((zero = value.IndexOf((byte)0)) >= 0)
        {
            to.Bytes(value[..zero]).Byte(0).Byte(0xFF);
            value = value[(zero + 1)..];
        }

        to.Bytes(value);
    }

    /// <summary>Splits an index key after its prefix; the value is written without escapes.</summary>
    public static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> indexKey, ByteBuilder value)
    {
        var rest = indexKey[StoreKeys.IndexPrefix..];
        value.Clear();
        while (true)
        {
            var zero = rest.IndexOf((byte)0);
            if (zero < 0 || zero + 1 >= rest.Length) throw new StoreException(StoreFault.Corrupt, "an index entry has no end of its value");
            value.Bytes(rest[..zero]);
            var ended = rest[zero + 1] == 0;
            rest = rest[(zero + 2)..];
            if (ended) return rest;
            value.Byte(0);
        }
    }

    private static void AddElement(ref ValueReader reader, ByteBuilder scratch, List<(int Start, int Length)> found)
    {
        if (reader.Kind is ValueKind.Null or ValueKind.Undefined or ValueKind.Array)
        {
            reader.Skip();
            return;
        }

        var start = scratch.Length;
        Add(reader.ReadRaw(), scratch, found);
        if (scratch.Length == start) return;

        var added = found[^1];
        for (var i = 0; i < found.Count - 1; i++)
        {
            if (!scratch.Slice(found[i].Start, found[i].Length).SequenceEqual(scratch.Slice(added.Start, added.Length))) continue;
            found.RemoveAt(found.Count - 1);
            return;
        }
    }

    private static void Add(ReadOnlySpan<byte> value, ByteBuilder scratch, List<(int Start, int Length)> found)
    {
        var start = scratch.Length;
        if (KeyCodec.FromValue(value, scratch)) found.Add((start, scratch.Length - start));
    }
}
