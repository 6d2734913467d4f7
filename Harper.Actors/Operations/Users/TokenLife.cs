using System.Globalization;
using System.Text.RegularExpressions;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Users;

/// <summary>How long a token shall hold: a number of seconds, or a number with a unit (<c>20h</c>, <c>1d</c>).</summary>
internal static partial class TokenLife
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>Null: as configured.</summary>
    public static TimeSpan? Parse(OperationFields fields)
    {
        if (!fields.Has("expires_in") || fields.IsNull("expires_in")) return null;
        if (fields.Number("expires_in") is { } seconds) return Checked(seconds);
        if (fields.Text("expires_in") is not { } text || Form().Match(text.Trim()) is not { Success: true } match) throw Bad();
        var number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return Checked(number * match.Groups[2].Value switch
        {
            "" or "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            _ => 31_557_600,
        });
    }

    private static TimeSpan Checked(double seconds) =>
        double.IsFinite(seconds) && seconds > 0 && seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : throw Bad();

    private static OperationError Bad() =>
        OperationError.Bad("\"expiresIn\" should be a number of seconds or string representing a timespan eg: \"1d\", \"20h\", 60");

    // A text without a unit counts milliseconds, as in the original.
    [GeneratedRegex(@"^(\d+(?:\.\d+)?) ?(ms|s|m|h|d|w|y)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
