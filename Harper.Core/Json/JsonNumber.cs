using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Harper.Core.Json;

/// <summary>Numbers between JSON text and float64, read and printed as JavaScript does.</summary>
internal static class JsonNumber
{
    /// <summary>Space for any number printed.</summary>
    public const int MaxChars = 32;

    private const double MaxPlainInteger = 1e15;

    public static double Read(ref Utf8JsonReader json)
    {
        if (!json.HasValueSequence) return Read(json.ValueSpan);
        return Read(json.ValueSequence.ToArray());
    }

    /// <summary>A valid JSON number. Too large ones are infinite, as in JavaScript; minus zero is zero.</summary>
    public static double Read(ReadOnlySpan<byte> text)
    {
        // Most numbers are integers of a few digits: no general parser is as quick as adding them up.
        if (text.Length <= 15)
        {
            var negative = text[0] == '-';
            long integer = 0;
            var i = negative ? 1 : 0;
            for (; i < text.Length; i++)
            {
                var digit = (uint)(text[i] - '0');
                if (digit > 9) break;
                integer = integer * 10 + digit;
            }

            if (i == text.Length) return negative ? -integer : integer;
        }

        return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) + 0.0;
    }

    /// <summary>Prints a finite number as JavaScript would.</summary>
    public static int Write(Span<byte> into, double number)
    {
        int length;
        if (Math.Abs(number) < MaxPlainInteger && Math.Truncate(number) == number)
        {
            Utf8Formatter.TryFormat((long)number, into, out length);
            return length;
        }

        number.TryFormat(into, out length, default, CultureInfo.InvariantCulture);
        return into[..length].Contains((byte)'E') ? Relayout(into, length) : length;
    }

    // The digits are the same in both worlds, only the layout differs: JavaScript writes out exponents from -6 to 20 as plain
    // digits.
    private static int Relayout(Span<byte> text, int length)
    {
        Span<byte> digits = stackalloc byte[MaxChars];
        var count = 0;
        var negative = text[0] == '-';
        var mark = text[..length].IndexOf((byte)'E');
        foreach (var character in text[..mark])
            if (character is >= (byte)'0' and <= (byte)'9') digits[count++] = character;
        var exponent = int.Parse(text[(mark + 1)..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        digits = digits[..count];

        var at = 0;
        if (negative) text[at++] = (byte)'-';
        if (exponent is >= 0 and < 21)
        {
            // 1.5E+16: the digits, and zeros up to the point. There are at most 17 digits, so from 1E+17 on there is no fraction.
            digits[..Math.Min(count, exponent + 1)].CopyTo(text[at..]);
            at += Math.Min(count, exponent + 1);
            for (var i = count; i <= exponent; i++) text[at++] = (byte)'0';
            if (count <= exponent + 1) return at;
            text[at++] = (byte)'.';
            digits[(exponent + 1)..].CopyTo(text[at..]);
            return at + count - exponent - 1;
        }

        if (exponent is < 0 and >= -6)
        {
            text[at++] = (byte)'0';
            text[at++] = (byte)'.';
            for (var i = -1; i > exponent; i--) text[at++] = (byte)'0';
            digits.CopyTo(text[at..]);
            return at + count;
        }

        text[at++] = digits[0];
        if (count > 1)
        {
            text[at++] = (byte)'.';
            digits[1..].CopyTo(text[at..]);
            at += count - 1;
        }

        text[at++] = (byte)'e';
        text[at++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Utf8Formatter.TryFormat(Math.Abs(exponent), text[at..], out var written);
        return at + written;
    }
}
