using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Harper.Core.Membership;

/// <summary><c>start_time</c>: strict ISO 8601 with <c>Z</c> or an offset, or epoch milliseconds (R-SYN-06).</summary>
public static partial class StartTimes
{
    public static bool TryParse(JsonElement value, out double milliseconds)
    {
        milliseconds = 0;
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                milliseconds = value.GetDouble();
                return double.IsFinite(milliseconds) && milliseconds >= 0;
            case JsonValueKind.String when Iso8601().IsMatch(value.GetString()!):
                if (!DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return false;
                milliseconds = (time - DateTimeOffset.UnixEpoch).TotalMilliseconds;
                return true;
            default:
                return false;
        }
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$", RegexOptions.CultureInvariant)]
    private static partial Regex Iso8601();
}
