namespace Harper.Core.Keys;

/// <summary>
/// Texts in ordered-binary: UTF-8, behind 0x1B when the text is empty or its first character is below 28; in texts of fewer
/// than 64 UTF-16 units the characters 0 to 4 stand behind 0x04.
/// </summary>
internal static class OrderedText
{
    public const byte Prefix = 0x1B;
    public const byte Escape = 0x04;

    private const int EscapedBelowUnits = 64;
    private const byte FirstUnprefixed = 28;

    public static bool NeedsPrefix(ReadOnlySpan<byte> utf8) => utf8.IsEmpty || utf8[0] < FirstUnprefixed;

    public static bool NeedsEscapes(ReadOnlySpan<byte> utf8) => utf8.ContainsAnyInRange((byte)0, Escape) && IsShort(utf8);

    /// <summary>
    /// The content of a text's key bytes, with prefix; the result is a slice or lies in the scratch space (as long as the
    /// bytes).
    /// </summary>
    public static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> bytes, Span<byte> scratch)
    {
        if (bytes[0] == Prefix) bytes = bytes[1..];
        var first = bytes.IndexOf(Escape);
        if (first < 0) return bytes;
        bytes[..first].CopyTo(scratch);
        var length = first;
        for (var i = first; i < bytes.Length; i++)
        {
            if (bytes[i] == Escape && i + 1 < bytes.Length && bytes[i + 1] <= Escape) i++;
            scratch[length++] = bytes[i];
        }

        // A long text is written without escapes, so a 0x04 in it is itself.
        return IsShort(scratch[..length]) ? scratch[..length] : bytes;
    }

    /// <summary>Where the text's key bytes end: at the separator that is not behind an escape, or at the end.</summary>
    public static int End(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (true)
        {
            var zero = bytes[at..].IndexOf((byte)0);
            if (zero < 0) return bytes.Length;
            at += zero;
            if (at == 0 || bytes[at - 1] != Escape || IsEscaped(bytes[..(at - 1)])) return at;
            at++;
        }
    }

    // Whether the escape that follows these bytes is itself the content of an escape.
    private static bool IsEscaped(ReadOnlySpan<byte> before)
    {
        var escapes = before.Length - before.TrimEnd(Escape).Length;
        return escapes % 2 != 0;
    }

    private static bool IsShort(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length < EscapedBelowUnits) return true;
        if (utf8.Length >= EscapedBelowUnits * 3) return false;
        var units = 0;
        foreach (var octet in utf8)
        {
            if ((octet & 0xC0) != 0x80) units++;
            if (octet >= 0xF0) units++;
        }

        return units < EscapedBelowUnits;
    }
}
