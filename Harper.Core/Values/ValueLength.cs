using System.Text.Unicode;

namespace Harper.Core.Values;

/// <summary>Where the first value of a span ends.</summary>
public static class ValueLength
{
    /// <exception cref="ValueFormatException">The span does not begin with a whole value.</exception>
    public static int Of(ReadOnlySpan<byte> values)
    {
        var reader = new ValueReader(values);
        reader.Skip();
        return reader.Position;
    }

    /// <summary>
    /// Checks that the span holds exactly so many values, each complete in itself, none nested too deep and every text valid
    /// UTF-8: for bytes from outside.
    /// </summary>
    /// <exception cref="ValueFormatException">It does not.</exception>
    public static void Check(ReadOnlySpan<byte> values, int count)
    {
        for (; count > 0; count--)
        {
            // A reader of its own for each value: names given in one may not be used in another.
            var reader = new ValueReader(values);
            Check(ref reader, 0);
            values = values[reader.Position..];
        }

        if (!values.IsEmpty) throw new ValueFormatException($"{values.Length} bytes follow the last value.");
    }

    private static void Check(ref ValueReader reader, int depth)
    {
        if (depth > ValueReader.MaxDepth) throw ValueFormatException.TooDeep();
        var inside = 0;
        switch (reader.Kind)
        {
            case ValueKind.Text:
                CheckText(reader.ReadText());
                break;
            case ValueKind.BigInteger:
                reader.ReadBigInteger();
                break;
            case ValueKind.Array:
                inside = reader.ReadArray();
                break;
            case ValueKind.Map:
                inside = 2 * reader.ReadMap();
                break;
            case ValueKind.Record:
                var names = reader.ReadRecord();
                inside = names.Count;
                for (var i = 0; i < inside; i++) CheckText(names.Next());
                break;
            default:
                reader.Skip();
                break;
        }

        for (; inside > 0; inside--) Check(ref reader, depth + 1);
    }

    private static void CheckText(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text)) throw new ValueFormatException("A text is no valid UTF-8.");
    }
}
