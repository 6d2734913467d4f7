using System.Globalization;
using System.Text;
using Harper.Bench.Results;
using Harper.Bench.Rows;

namespace Harper.Bench.Report;

/// <summary>The table that answers how much faster and how much smaller.</summary>
internal static class MainTable
{
    public static void Write(StringBuilder text, Summary summary)
    {
        text.Append("| Work | Goal | Original | This system | Factor | Limit of the machine | Share of it |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in RowSpec.All)
            Line(text, row.Title, row.Goal, summary.Replicated("original", row.Name), summary.Replicated("ours", row.Name), "rec/s", false, Limits.Of(summary, row.Name));
        Line(text, "CPU per replicated record, dynamic, both nodes together", 33, summary.Cpu("original", "dynamic-1000"), summary.Cpu("ours", "dynamic-1000"), "µs", true, null);
        Others(text, summary, RowNames.Visible, "insert to visible on the other node, p50", figures => figures.Visible?.P50, 1, "ms", true);
        Others(text, summary, RowNames.Visible, "insert to visible on the other node, p99", figures => figures.Visible?.P99, 3, "ms", true);
        Others(text, summary, RowNames.Copy, "full copy to a joining node, dynamic, 200,000 records", figures => figures.CopyRate, 80_000, "rec/s", false);
        Others(text, summary, RowNames.CatchUp, "catch-up of 100,000 missed records, from the restarted node's first answer", figures => figures.CatchUpRate, 80_000, "rec/s", false);
        Others(text, summary, RowNames.Copy, "answers on a node while it receives a copy, worst", figures => figures.WorstAnswerDuringCopyMs, 50, "ms", true, limit: false);
        Line(text, "needless copies after a restart", null, null, null, "", true, null, Copies(summary, "original"), Copies(summary, "ours"), "0 of 100");
        Others(text, summary, RowNames.MemoryIdle, "memory per node, idle", figures => figures.IdleMegabytes, 150, "MB", true);
        Others(text, summary, RowNames.Memory200K, "memory per node, 10 s after 200,000 records", figures => figures.MegabytesAfter200K, 200, "MB", true);
        Others(text, summary, RowNames.Memory1M, "memory per node, 10 s after 1,000,000 records", figures => figures.MegabytesAfter1M, 300, "MB", true);
        Others(text, summary, RowNames.Start, "first start until it answers", figures => figures.FirstStartSeconds, 1.2, "s", true);
        Others(text, summary, RowNames.Restarts, "restart with data until it answers", figures => figures.RestartSeconds, 0.9, "s", true);
        Others(text, summary, RowNames.BuildStart, "the same of the build output, not compiled ahead of time: first start", figures => figures.BuildOutputFirstStartSeconds, null, "s", true);
        Others(text, summary, RowNames.BuildStart, "restart of the build output", figures => figures.BuildOutputRestartSeconds, null, "s", true);
        Others(text, summary, RowNames.Disk, "disk, 400,000 dynamic records with their log", figures => figures.DiskMegabytesAt400K, 150, "MB", true);
        Others(text, summary, RowNames.Syncs, "syncs per acknowledged single insert, node that takes it", figures => figures.SyncsPerWrite, null, "", true);
        Others(text, summary, RowNames.Syncs, "syncs per single insert, node that receives it", figures => figures.SyncsPerAppliedWrite, null, "", true);
        text.Append('\n');
    }

    private static string? Copies(Summary summary, string system) =>
        summary.Last(Kinds.Row, RowNames.Restarts, system).LastOrDefault(result => result.Others?.Restarts is not null)?.Others is { } found
            ? string.Create(CultureInfo.InvariantCulture, $"{found.NeedlessCopies} of {found.Restarts}") : null;

    private static void Others(
        StringBuilder text, Summary summary, string row, string title, Func<RoundFigures, double?> figure, double? goal, string unit, bool less, bool limit = true) =>
        Line(text, title, goal, summary.Other("original", row, figure), summary.Other("ours", row, figure), unit, less, limit ? Limits.Of(summary, row) : null);

    private static void Line(
        StringBuilder text, string title, double? goal, double? original, double? ours, string unit, bool less, (double Value, string Name)? limit,
        string? originalWords = null, string? oursWords = null, string? goalWords = null)
    {
        var factor = original is > 0 && ours is > 0 ? (less ? original / ours : ours / original) : null;
        var met = ours is { } figure && goal is { } aim && (less ? figure <= aim : figure >= aim);
        var share = limit is { } bound && ours is > 0 ? less ? bound.Value / ours : ours / bound.Value : null;
        text.Append(CultureInfo.InvariantCulture, $"| {title} | {goalWords ?? Number(goal, unit)} | {originalWords ?? Number(original, unit)} | ");
        text.Append(CultureInfo.InvariantCulture, $"{(met ? "**" : "")}{oursWords ?? Number(ours, unit)}{(met ? "**" : "")} | {(factor is { } times ? times.ToString("0.0", CultureInfo.InvariantCulture) : "–")} | ");
        text.Append(CultureInfo.InvariantCulture, $"{(limit is { } named ? $"{Number(named.Value, unit)} ({named.Name})" : "–")} | {(share is { } part ? part.ToString("p0", CultureInfo.InvariantCulture) : "–")} |\n");
    }

    public static string Number(double? value, string unit) => value is not { } number ? "–"
        : (Math.Abs(number) switch
        {
            0 => "0",
            >= 100 => number.ToString("n0", CultureInfo.InvariantCulture),
            >= 10 => number.ToString("0.0", CultureInfo.InvariantCulture),
            _ => number.ToString("0.##", CultureInfo.InvariantCulture),
        } + (unit.Length > 0 ? " " + unit : "")).TrimEnd();
}
