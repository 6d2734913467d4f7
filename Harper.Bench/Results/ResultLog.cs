using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Harper.Bench.Results;

/// <summary>The file of all results: lines are only ever added, each as soon as it is measured.</summary>
internal sealed class ResultLog
{
    private static readonly JsonSerializerOptions Compact = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly string _path;
    private readonly List<Result> _all;

    private ResultLog(string path, List<Result> all) => (_path, _all) = (path, all);

    public IReadOnlyList<Result> All => _all;

    /// <exception cref="BenchFailure">A line that is not the last cannot be read: the file was edited.</exception>
    public static ResultLog Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "results.jsonl");
        return new ResultLog(path, File.Exists(path) ? Parse(path, File.ReadAllLines(path)) : []);
    }

    public void Add(Result result)
    {
        var timed = result with { Time = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) };
        File.AppendAllText(_path, JsonSerializer.Serialize(timed, Compact) + "\n");
        _all.Add(timed);
    }

    /// <summary>The run of this kind of command that was begun last; null: none was.</summary>
    public string? LastRun(string command) => _all.LastOrDefault(result => result.Kind == Kinds.Facts && result.Row == command)?.Run;

    /// <summary>A name for a new run: when it began.</summary>
    public static string NewRun() => DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    public bool Has(string run, string kind, string row, string system, int round) => _all.Any(result =>
        result.Failure is null && result.Kind == kind && result.Run == run && result.Row == row && result.System == system && result.Round == round);

    private static List<Result> Parse(string path, string[] lines)
    {
        var results = new List<Result>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
            try
            {
                results.Add(JsonSerializer.Deserialize<Result>(lines[i])!);
            }
            catch (JsonException error)
            {
                // A run that was killed while it wrote leaves half a line; the next line then follows on the same one unless it is cut off here.
                if (i < lines.Length - 1) throw new BenchFailure($"{path}, line {i + 1} is not a result: {error.Message} Mend or remove the line.");
                File.WriteAllLines(path, lines[..i]);
            }

        return results;
    }
}
