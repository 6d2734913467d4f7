using System.Buffers;
using System.Text;

namespace Harper.Core.Outside;

/// <summary>
/// File names that came from outside, made into paths below a folder and nowhere else. Decided from the text alone: whoever opens the path must not follow links.
/// </summary>
public static class OutsidePath
{
    private const int MaxPathChars = 1024;
    private const int MaxNameBytes = 255;

    /// <summary>
    /// Separators, wildcards, escapes; and characters that some file system or library takes for a dot or a separator. Listed, because normalising text does
    /// nothing on a machine without its tables.
    /// </summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\:*?\"<>|%~\u2024\u2025\u2026\ufe52\uff0e\u2044\u2215\u29f8\uff0f\u29f5\ufe68\uff3c");

    private static readonly string[] Devices =
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(number => (string[])[$"COM{number}", $"LPT{number}"])];

    /// <summary>What is wrong with a relative path; null: it stays below the folder that it is put under.</summary>
    public static string? ProblemOf(string path)
    {
        if (path.Length is 0 or > MaxPathChars) return $"a path has 1 to {MaxPathChars} characters";
        foreach (var name in path.Split('/'))
        {
            if (name.Length == 0 || name is "." or "..") return "a path must not start or end with '/', nor hold '.', '..' or empty names";
            if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes) return $"a name in a path has {MaxNameBytes} bytes at most";
            if (name.AsSpan().ContainsAny(Forbidden) || name.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter))) return "a path must not hold \\ : * ? \" < > | % ~ or control characters";
            if (name[^1] is '.' or ' ' || name[0] == ' ') return "a name in a path must not end with a dot, nor begin or end with a space";
            if (Devices.Contains(name.Split('.')[0], StringComparer.OrdinalIgnoreCase)) return $"'{name}' is the name of a device";
        }
        return null;
    }

    /// <exception cref="ArgumentException">It does not stay below the folder; the message says why.</exception>
    public static string Below(string folder, string path)
    {
        if (ProblemOf(path) is { } problem) throw new ArgumentException(problem, nameof(path));
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        var full = Path.GetFullPath(Path.Combine(root, path));
        return full.StartsWith(root, StringComparison.Ordinal) ? full : throw new ArgumentException("a path must stay below its folder", nameof(path));
    }
}
