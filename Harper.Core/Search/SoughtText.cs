namespace Harper.Core.Search;

/// <summary>
/// A text that is looked for in others. The library's search is the fastest for short ones, but tries again at every place where the ends fit: with a long one that nearly fits
/// everywhere it takes the product of both lengths, half a minute for 4 MB in one comparison. Long ones are found in the sum of both (Knuth, Morris and Pratt, 1977).
/// </summary>
internal sealed class SoughtText(byte[] text)
{
    /// <summary>Up to here the product is a small multiple of the sum.</summary>
    private const int Short = 128;

    /// <summary>For each length of a fit: how long a fit remains when the next byte is another one.</summary>
    private readonly int[]? _remains = text.Length > Short ? Remains(text) : null;

    public bool IsIn(ReadOnlySpan<byte> value)
    {
        if (value.Length < text.Length) return false;
        if (_remains is null) return value.IndexOf(text) >= 0;
        var fits = 0;
        foreach (var one in value)
        {
            while (fits > 0 && text[fits] != one) fits = _remains[fits - 1];
            if (text[fits] == one && ++fits == text.Length) return true;
        }
        return false;
    }

    private static int[] Remains(byte[] text)
    {
        var remains = new int[text.Length];
        for (int at = 1, fits = 0; at < text.Length; at++)
        {
            while (fits > 0 && text[fits] != text[at]) fits = remains[fits - 1];
            if (text[fits] == text[at]) fits++;
            remains[at] = fits;
        }
        return remains;
    }
}
