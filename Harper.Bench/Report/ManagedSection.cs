namespace Harper.Bench.Report;

/// <summary>
/// Parts of a document that commands of this program write, each between two markers of its own; what stands outside of them is written by people and stays.
/// </summary>
internal static class ManagedSection
{
    public static void Write(string path, string name, string text)
    {
        var (begin, end) = ($"<!-- begin {name} -->", $"<!-- end {name} -->");
        var document = File.Exists(path) ? File.ReadAllText(path) : "";
        var part = $"{begin}\n{text.TrimEnd()}\n{end}";
        var from = document.IndexOf(begin, StringComparison.Ordinal);
        var to = document.IndexOf(end, StringComparison.Ordinal);
        File.WriteAllText(path, from >= 0 && to > from
            ? document[..from] + part + document[(to + end.Length)..]
            : document.TrimEnd() + (document.Length > 0 ? "\n\n" : "") + part + "\n");
    }
}
