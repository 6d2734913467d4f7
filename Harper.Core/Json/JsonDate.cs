using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>
/// Dates as JavaScript prints them in JSON: <c>2023-11-14T22:13:20.000Z</c>, years outside 0-9999 with a sign and six digits.
/// </summary>
internal static class JsonDate
{
    public const int MaxChars = 32;

    private const long MillisecondsPerDay = 86_400_000;

    /// <summary>Prints a valid date: at most <see cref="DateForm.MaxMilliseconds"/> from 1970.</summary>
    public static int Write(Span<byte> into, double milliseconds)
    {
        var whole = (long)milliseconds;
        var days = Math.DivRem(whole, MillisecondsPerDay, out var rest);
        if (rest < 0) (days, rest) = (days - 1, rest + MillisecondsPerDay);
        var (year, month, day) = Civil(days);
        var at = 0;
        if (year is >= 0 and <= 9999) Digits(into, ref at, year, 4);
        else
        {
            into[at++] = year < 0 ? (byte)'-' : (byte)'+';
            Digits(into, ref at, Math.Abs(year), 6);
        }

        into[at++] = (byte)'-';
        Digits(into, ref at, month, 2);
        into[at++] = (byte)'-';
        Digits(into, ref at, day, 2);
        into[at++] = (byte)'T';
        Digits(into, ref at, rest / 3_600_000, 2);
        into[at++] = (byte)':';
        Digits(into, ref at, rest / 60_000 % 60, 2);
        into[at++] = (byte)':';
        Digits(into, ref at, rest / 1000 % 60, 2);
        into[at++] = (byte)'.';
        Digits(into, ref at, rest % 1000, 3);
        into[at++] = (byte)'Z';
        return at;
    }

    // Counted in eras of 400 years from 1 March of year 0, so that the leap day is the last of its year.
    private static (long Year, long Month, long Day) Civil(long days)
    {
        days += 719_468;
        var era = (days >= 0 ? days : days - 146_096) / 146_097;
        var dayOfEra = days - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var monthFromMarch = (5 * dayOfYear + 2) / 153;
        var day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        var month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
    }

    private static void Digits(Span<byte> into, ref int at, long number, int count)
    {
        for (var i = at + count - 1; i >= at; i--, number /= 10) into[i] = (byte)('0' + number % 10);
        at += count;
    }
}
