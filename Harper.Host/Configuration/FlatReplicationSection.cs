using System.Text;

namespace Harper.Host.Configuration;

/// <summary>
/// Documents print the section <c>replication</c> without its indentation. Such a file is not what its author means when read as YAML, so the
/// lines after a bare <c>replication:</c> are given their place back (D58): its keys belong to it, <c>- hostname:</c> or
/// <c>- host:</c> starts a route whose keys follow.
/// </summary>
internal static class FlatReplicationSection
{
    private static readonly string[] RouteKeys =
        ["hostname", "host", "port", "url", "startTime", "start_time", "revokedCertificates", "revoked_certificates", "replicates", "sendsTo",
            "receivesFrom", "subscriptions", "shard", "routes"];

    private static readonly string[] DirectionKeys = ["sends", "receives", "sendsTo", "receivesFrom"];

    public static string Indent(string text, out bool indented)
    {
        indented = false;
        var lines = text.Replace("\r\n", "\n").Split('\n');
        var start = Array.FindIndex(lines, line => line.TrimEnd() == "replication:");
        if (start < 0 || NextKey(lines, start) is not { } first || !IsSectionKey(first)) return text;
        indented = true;
        var result = new StringBuilder();
        for (var i = 0; i <= start; i++) result.Append(lines[i]).Append('\n');
        var place = new Place();
        var open = true;
        foreach (var line in lines.AsSpan(start + 1))
        {
            open = open && !Ends(line);
            result.Append(open ? place.Of(line) : "").Append(open ? line.TrimStart() : line).Append('\n');
        }
        return result.ToString();
    }

    /// <summary>The section ends at a top-level key that is not one of its own.</summary>
    private static bool Ends(string line)
    {
        if (line.Length == 0 || line[0] is ' ' or '#' or '-') return false;
        var key = KeyOf(line);
        return !IsSectionKey(key) && !RouteKeys.Contains(key) && !DirectionKeys.Contains(key);
    }

    private static string? NextKey(string[] lines, int start)
    {
        for (var i = start + 1; i < lines.Length; i++)
            if (lines[i].Length > 0 && lines[i][0] is not '#') return lines[i][0] == ' ' ? null : KeyOf(lines[i]);
        return null;
    }

    private static string KeyOf(string line)
    {
        var text = line.Trim().TrimStart('-').Trim();
        var colon = text.IndexOf(':');
        return colon < 0 ? "" : text[..colon];
    }

    private static bool IsSectionKey(string key) => ConfigCatalogue.Match(["replication", key]) is not null;

    /// <summary>Where the line before has led to, and how deep the next one lies.</summary>
    private sealed class Place
    {
        private enum Within { Section, List, Routes, Route, RouteList, Directions }

        private Within _within = Within.Section;

        public string Of(string line)
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#') return "";
            var key = KeyOf(line);
            if (text[0] == '-') return Item(key);
            if (_within is Within.Directions && DirectionKeys.Contains(key)) return "        ";
            if (_within is Within.Route or Within.RouteList or Within.Directions && RouteKeys.Contains(key) && key != "routes") return RouteKey(key, text);
            _within = text.EndsWith(':') ? key == "routes" ? Within.Routes : Within.List : Within.Section;
            return "  ";
        }

        private string Item(string key)
        {
            if (key is "hostname" or "host" or "url" && _within is not (Within.Section or Within.List))
            {
                _within = Within.Route;
                return "    ";
            }
            if (_within is Within.RouteList or Within.Directions) return "        ";
            return "    ";
        }

        private string RouteKey(string key, string text)
        {
            _within = key == "replicates" ? Within.Directions : text.EndsWith(':') ? Within.RouteList : Within.Route;
            return "      ";
        }
    }
}
