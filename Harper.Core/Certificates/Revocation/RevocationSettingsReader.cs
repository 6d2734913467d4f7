using System.Text.Json;

namespace Harper.Core.Certificates.Revocation;

/// <summary>Reads <c>certificateVerification</c>. What cannot be understood stops the start (R-VER-12): a check that is silently off is worse than none.</summary>
public static class RevocationSettingsReader
{
    private const double LongestMs = 31_536_000_000;

    /// <param name="given">Null: not configured.</param>
    /// <param name="key">Where it stands, for messages.</param>
    public static RevocationSettings Read(JsonElement? given, string key, List<string> errors)
    {
        if (given is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value) return RevocationSettings.Automatic;
        if (Flag(value) is { } all) return RevocationSettings.Automatic with { Scope = all ? RevocationScope.Everybody : RevocationScope.Nobody };
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add($"{key} is '{value}'; allowed is true, false, or a section with failureMode, crl and ocsp");
            return RevocationSettings.Automatic;
        }
        var section = new Section(value, key, errors, ["failureMode", "crl", "ocsp"]);
        return new RevocationSettings(RevocationScope.Everybody, section.FailOpen() ?? false, Crl(section), Ocsp(section));
    }

    private static CrlSettings Crl(Section parent)
    {
        var standard = new CrlSettings();
        if (parent.Below("crl", ["enabled", "timeout", "cacheTtl", "gracePeriod", "failureMode"], out var only) is not { } section)
            return standard with { Enabled = only ?? true };
        return new CrlSettings
        {
            Enabled = section.Flag("enabled") ?? true,
            Timeout = section.Time("timeout", 1000) ?? standard.Timeout,
            CacheTtl = section.Time("cacheTtl", 1000) ?? standard.CacheTtl,
            GracePeriod = section.Time("gracePeriod", 0) ?? standard.GracePeriod,
            FailOpen = section.FailOpen(),
        };
    }

    private static OcspSettings Ocsp(Section parent)
    {
        var standard = new OcspSettings();
        if (parent.Below("ocsp", ["enabled", "timeout", "cacheTtl", "errorCacheTtl", "failureMode"], out var only) is not { } section)
            return standard with { Enabled = only ?? true };
        return new OcspSettings
        {
            Enabled = section.Flag("enabled") ?? true,
            Timeout = section.Time("timeout", 1000) ?? standard.Timeout,
            CacheTtl = section.Time("cacheTtl", 1000) ?? standard.CacheTtl,
            ErrorCacheTtl = section.Time("errorCacheTtl", 1000) ?? standard.ErrorCacheTtl,
            FailOpen = section.FailOpen(),
        };
    }

    private static bool? Flag(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when value.GetString() is "true" => true,
        JsonValueKind.String when value.GetString() is "false" => false,
        _ => null,
    };

    /// <summary>One level of the configuration; what is wrong in it is added to the errors.</summary>
    private readonly struct Section
    {
        private readonly JsonElement _value;
        private readonly string _key;
        private readonly List<string> _errors;

        public Section(JsonElement value, string key, List<string> errors, string[] known)
        {
            (_value, _key, _errors) = (value, key, errors);
            foreach (var property in value.EnumerateObject())
                if (!known.Contains(property.Name)) errors.Add($"{key}.{property.Name} is not known; allowed is {string.Join(", ", known)}");
        }

        /// <param name="only">What stands there instead of a section: true or false.</param>
        public Section? Below(string name, string[] known, out bool? only)
        {
            only = null;
            if (!_value.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
            if (value.ValueKind == JsonValueKind.Object) return new Section(value, $"{_key}.{name}", _errors, known);
            only = RevocationSettingsReader.Flag(value);
            if (only is null) Refuse(name, value, "true, false, or a section");
            return null;
        }

        public bool? Flag(string name)
        {
            if (!_value.TryGetProperty(name, out var value)) return null;
            var flag = RevocationSettingsReader.Flag(value);
            if (flag is null) Refuse(name, value, "true or false");
            return flag;
        }

        public bool? FailOpen()
        {
            if (!_value.TryGetProperty("failureMode", out var value)) return null;
            if (value.ValueKind == JsonValueKind.String && value.GetString() is "fail-open" or "fail-closed") return value.GetString() == "fail-open";
            Refuse("failureMode", value, "fail-closed or fail-open");
            return false;
        }

        public TimeSpan? Time(string name, double least)
        {
            if (!_value.TryGetProperty(name, out var value)) return null;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var milliseconds) && milliseconds >= least && milliseconds <= LongestMs)
                return TimeSpan.FromMilliseconds(milliseconds);
            Refuse(name, value, $"a number of milliseconds from {least:0} to {LongestMs:0}");
            return null;
        }

        private void Refuse(string name, JsonElement value, string allowed) => _errors.Add($"{_key}.{name} is '{value}'; allowed is {allowed}");
    }
}
