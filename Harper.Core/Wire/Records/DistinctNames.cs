using System.Text;
using System.Text.Unicode;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>Checks the names of an object as a peer gave them: valid UTF-8, none twice.</summary>
internal static class DistinctNames
{
    private const int ComparedOneByOne = 24;

    /// <summary>Reads an array of names.</summary>
    public static void Read(ref ValueReader input)
    {
        var count = input.ReadArray();
        var start = input.Position;
        for (var left = count; left > 0; left--) input.ReadText();
        Check(input.Bytes[start..input.Position], count);
    }

    public static void Check(ReadOnlySpan<byte> names, int count)
    {
        var known = count > ComparedOneByOne ? new HashSet<string>(count, StringComparer.Ordinal) : null;
        for (var reader = new ValueReader(names); !reader.AtEnd;)
        {
            var before = names[..reader.Position];
            var name = reader.ReadText();
            if (!Utf8.IsValid(name)) throw new ValueFormatException("A name is no valid UTF-8.");
            if (known is null ? Contains(before, name) : !known.Add(Encoding.UTF8.GetString(name)))
                throw new ValueFormatException("An object has a name twice.");
        }
    }

    private static bool Contains(ReadOnlySpan<byte> names, ReadOnlySpan<byte> name)
    {
        for (var reader = new ValueReader(names); !reader.AtEnd;)
            if (reader.ReadText().SequenceEqual(name)) return true;
        return false;
    }
}
