using System.Globalization;
using System.Text;
using Harper.Bench.Results;

namespace Harper.Bench.Report;

/// <summary>What the gate said last.</summary>
internal static class GatePart
{
    public static void Write(StringBuilder text, Summary summary)
    {
        if (summary.All.LastOrDefault(result => result.Kind == Kinds.Gate)?.Run is not { } run) return;
        var facts = summary.All.First(result => result.Kind == Kinds.Facts && result.Run == run).Facts!;
        text.Append(CultureInfo.InvariantCulture, $"\n## The gate\n\nTwo builds in alternation ({facts.Options}): a figure moved when its medians lie apart by more than twice their standard error, and by 3 % at least.\n\n");
        text.Append("| Figure | Before | After | Change | Noise | |\n|---|---|---|---|---|---|\n");
        foreach (var movement in summary.All.Where(result => result.Run == run).Select(result => result.Movement).OfType<Measure.Movement>())
            text.Append(CultureInfo.InvariantCulture,
                $"| {movement.Figure} | {MainTable.Number(movement.Before, "")} | {MainTable.Number(movement.After, "")} | {movement.Change * 100:+0.0;-0.0} % | {movement.Noise * 100:0.0} % | {movement.Verdict} |\n");
    }
}
