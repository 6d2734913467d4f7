using System.Globalization;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Logs;

/// <summary>What <c>read_log</c> is given. Times are inclusive; null: no bound.</summary>
internal sealed record ReadLogArguments(string? Level, DateTimeOffset? From, DateTimeOffset? Until, string? Filter, int Start, int Limit, bool Descending)
{
    private const int DefaultLimit = 1000, MaxEntries = 100_000;
    private static readonly string[] Levels = ["notify", "fatal", "error", "warn", "info", "debug", "trace"];

    public static ReadLogArguments Parse(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var level = Choice(check, "level", Levels);
        var order = Choice(check, "order", ["asc", "desc"]);
        var (from, until) = (Time(check, "from"), Time(check, call.Fields.Has("until") ? "until" : "to"));
        var (start, limit) = (check.Count("start", 0) ?? 0, check.Count("limit", 1) ?? DefaultLimit);
        if ((long)start + limit > MaxEntries) check.Problem($"'start' and 'limit' must be {MaxEntries} at most together; ask for a shorter time with 'from' and 'until'");
        check.Throw();
        return new ReadLogArguments(level, from, until, call.Fields.Text("filter"), start, limit, order == "desc");
    }

    public bool Wants(LogLine line) =>
        (Level is null || line.Level == Level) && !(line.Time < From) && !(line.Time > Until)
        && (Filter is null || line.Message.Contains(Filter, StringComparison.OrdinalIgnoreCase));

    /// <summary>The entries asked for, in their order.</summary>
    public IEnumerable<LogLine> Choose(IEnumerable<LogLine> log)
    {
        var wanted = log.Where(Wants);
        return Descending ? wanted.TakeLast(Start + Limit).Reverse().Skip(Start) : wanted.Skip(Start).Take(Limit);
    }

    private static string? Choice(FieldCheck check, string name, string[] values)
    {
        if (!check.Fields.Has(name) || check.Fields.IsNull(name)) return null;
        if (check.Fields.Text(name) is { } text && values.Contains(text)) return text;
        check.Problem($"'{name}' must be one of [{string.Join(", ", values)}]");
        return null;
    }

    private static DateTimeOffset? Time(FieldCheck check, string name)
    {
        if (!check.Fields.Has(name) || check.Fields.IsNull(name)) return null;
        if (DateTimeOffset.TryParse(check.Fields.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time;
        check.Problem($"'{name}' must be a valid date");
        return null;
    }
}

/// <summary><c>read_log</c>: entries of this node's log file (R-LOG-04), of the one that is written now, not of those set aside.</summary>
/// <param name="path">Null: the node writes none.</param>
public sealed class ReadLogOperation(string? path) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("read_log", OperationAccess.SuperUser, ReadLogArguments.Parse, Read),
    ];

    private ValueTask<OperationAnswer> Read(ReadLogArguments arguments, OperationCall call, CancellationToken cancellation)
    {
        if (path is null) throw OperationError.Bad("This node writes no log file; see logging.file");
        return ValueTask.FromResult(new OperationAnswer(200, writer =>
        {
            writer.WriteStartArray();
            if (File.Exists(path))
            {
                // It is written to and set aside meanwhile.
                using var log = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
                foreach (var line in arguments.Choose(LogLine.Read(log))) Write(writer, line);
            }

            writer.WriteEndArray();
        }));
    }

    private static void Write(Utf8JsonWriter writer, LogLine line)
    {
        writer.WriteStartObject();
        writer.WriteString("timestamp", line.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        writer.WriteString("thread", line.Thread);
        writer.WriteString("level", line.Level);
        writer.WriteStartArray("tags");
        foreach (var tag in line.Tags) writer.WriteStringValue(tag);
        writer.WriteEndArray();
        writer.WriteString("message", line.Message);
        writer.WriteEndObject();
    }
}
