using System.Globalization;
using System.Text;
using Harper.Bench.Rows;

namespace Harper.Bench.Report;

/// <summary>The table that answers how much faster and how much smaller.</summary>
internal static class MainTable
{
    public static void Write(StringBuilder text, Summary summary)
    {
        text.Append("| Work | Original | This system | Goal | Factor |\n|---|---|---|---|---|\n");
        foreach (var row in RowSpec.All)
            Line(text, row.Title, summary.Replicated("original", row.Name), summary.Replicated("ours", row.Name), row.Goal, "rec/s", false);
        Line(text, "CPU per replicated record, dynamic, both nodes together", summary.Cpu("original", "dynamic-1000"), summary.Cpu("ours", "dynamic-1000"), 33, "µs", true);
        Others(text, summary, "insert to visible on the other node, p50", figures => figures.Visible?.P50, 1, "ms", true);
        Others(text, summary, "insert to visible on the other node, p99", figures => figures.Visible?.P99, 3, "ms", true);
        Others(text, summary, "full copy to a joining node, dynamic, 200,000 records", figures => figures.CopyRate, 80_000, "rec/s", false);
        Others(text, summary, "catch-up of 100,000 missed records, from the restarted node's first answer", figures => figures.CatchUpRate, 80_000, "rec/s", false);
        Others(text, summary, "answers on a node while it receives a copy, worst", figures => figures.WorstAnswerDuringCopyMs, 50, "ms", true);
        Others(text, summary, "needless copies after a restart", figures => figures.NeedlessCopies, 0, "", true);
        Others(text, summary, "restarts tried for that", figures => figures.Restarts, null, "", true);
        Others(text, summary, "memory per node, idle", figures => figures.IdleMegabytes, 150, "MB", true);
        Others(text, summary, "memory per node, 10 s after 200,000 records", figures => figures.MegabytesAfter200K, 200, "MB", true);
        Others(text, summary, "memory per node, 10 s after 1,000,000 records", figures => figures.MegabytesAfter1M, 300, "MB", true);
        Others(text, summary, "first start until it answers", figures => figures.FirstStartSeconds, 1.2, "s", true);
        Others(text, summary, "restart with data until it answers", figures => figures.RestartSeconds, 0.9, "s", true);
        Others(text, summary, "disk, 400,000 dynamic records with their log", figures => figures.DiskMegabytesAt400K, 150, "MB", true);
        Others(text, summary, "syncs per acknowledged single insert, node that takes it", figures => figures.SyncsPerWrite, null, "", true);
        Others(text, summary, "syncs per single insert, node that receives it", figures => figures.SyncsPerAppliedWrite, null, "", true);
        text.Append('\n');
    }

    private static void Others(StringBuilder text, Summary summary, string title, Func<RoundFigures, double?> figure, double? goal, string unit, bool less) =>
        Line(text, title, summary.Other("original", figure), summary.Other("ours", figure), goal, unit, less);

    private static void Line(StringBuilder text, string title, double? original, double? ours, double? goal, string unit, bool less)
    {
        var factor = original is > 0 && ours is > 0 ? (less ? original / ours : ours / original) : null;
        text.Append(CultureInfo.InvariantCulture,
            $"| {title} | {Number(original, unit)} | {Number(ours, unit)} | {Number(goal, unit)} | {(factor is { } times && goal is not null ? times.ToString("0.0", CultureInfo.InvariantCulture) : "–")} |\n");
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
