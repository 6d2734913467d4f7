using System.Collections.Immutable;
using System.Text.Json;

namespace Harper.Core.Membership;

/// <summary>Serial numbers of revoked certificates: text as written, compared without case, colons and leading zeros (R-REV-08).</summary>
public static class RevokedSerials
{
    /// <summary>Every entry counts as the text that stands there, also where it looks like a number (R-CFG-32).</summary>
    public static ImmutableArray<string> Parse(JsonElement? list)
    {
        if (list?.ValueKind != JsonValueKind.Array) return [];
        return [.. list.Value.EnumerateArray()
            .Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())
            .Where(text => text.Length > 0 && text != "null")];
    }

    public static string Normalize(string serial) => serial.Replace(":", "").TrimStart('0').ToUpperInvariant();

    /// <summary>The stored list with what a call adds: never shorter than before (R-REV-06).</summary>
    public static ImmutableArray<string> Union(ImmutableArray<string> stored, ImmutableArray<string> added)
    {
        var known = stored.Select(Normalize).ToHashSet();
        return [.. stored, .. added.Where(serial => known.Add(Normalize(serial)))];
    }
}
