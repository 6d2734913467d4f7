using System.Collections.Immutable;
using System.Text;
using Harper.Core.Values;

namespace Harper.Core.Search;

/// <summary>Finds an attribute of a record, also inside nested objects.</summary>
internal static class AttributePath
{
    private static readonly byte[] UndefinedBytes = [0xD4, 0, 0];

    /// <summary>What an absent attribute is.</summary>
    public static ReadOnlySpan<byte> Undefined => UndefinedBytes;

    public static bool TryFind(in EncodedRecord record, ImmutableArray<string> path, out ReadOnlySpan<byte> value)
    {
        if (!RecordReader.TryFind(record, path[0], out value)) return false;
        if (path.Length == 1) return true;
        // One reader all the way down: nested objects may refer to names that were given earlier in the same value.
        var reader = new ValueReader(value);
        for (var step = 1; step < path.Length; step++)
            if (!Enter(ref reader, path[step])) return false;
        value = reader.ReadRaw();
        return true;
    }

    private static bool Enter(ref ValueReader reader, string name)
    {
        Span<byte> wanted = stackalloc byte[256];
        if (!Encoding.UTF8.TryGetBytes(name, wanted, out var length)) return false;
        wanted = wanted[..length];
        if (reader.Kind == ValueKind.Record)
        {
            var names = reader.ReadRecord();
            for (var left = names.Count; left > 0; left--)
            {
                if (names.Next().SequenceEqual(wanted)) return true;
                reader.Skip();
            }
            return false;
        }
        if (reader.Kind != ValueKind.Map) return false;
        for (var left = reader.ReadMap(); left > 0; left--)
        {
            var found = reader.Kind == ValueKind.Text ? reader.ReadText().SequenceEqual(wanted) : reader.ReadRaw().IsEmpty;
            if (found) return true;
            reader.Skip();
        }
        return false;
    }
}
