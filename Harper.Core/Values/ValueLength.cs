namespace Harper.Core.Values;

/// <summary>Where the first value of a span ends.</summary>
public static class ValueLength
{
    /// <exception cref="ValueFormatException">The span does not begin with a whole value.</exception>
    public static int Of(ReadOnlySpan<byte> values) => throw new NotImplementedException();

    /// <summary>Checks that the span holds exactly so many values, none nested too deep and every text valid UTF-8: for bytes from outside.</summary>
    /// <exception cref="ValueFormatException">It does not.</exception>
    public static void Check(ReadOnlySpan<byte> values, int count) => throw new NotImplementedException();
}
