using System.Globalization;

namespace Harper.Host.Configuration;

/// <summary>What an unquoted scalar means where no key says its type: YAML 1.2's core schema.</summary>
internal static class ScalarTypes
{
    /// <summary>Null, bool, long, double or the text itself.</summary>
    public static object? Guess(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => GuessNumber(text),
    };

    private static object GuessNumber(string text)
    {
        if (!char.IsAsciiDigit(text[^1]) || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.')) return text;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return integer;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : text;
    }
}
