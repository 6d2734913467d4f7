using System.Globalization;
using Harper.Bench.Measure;
using Harper.Bench.Results;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>Compares two builds of this system in alternation and says which figures moved by more than noise. 1 when one became worse.</summary>
internal static class GateCommand
{
    private static readonly string[] Usual = ["dynamic-1000", "typed-1000", "single-4", RowNames.Visible];

    public static int Execute(BenchSettings settings, string before, string after, IReadOnlyList<string> names, int rounds)
    {
        if (rounds < 2) throw new BenchFailure("one round tells nothing about noise: --rounds 2 at least, 5 is usual");
        var rows = names.Count > 0 ? names : Usual;
        SystemUnderTest[] builds =
            [Revision.Build("before", before, settings.Folder, Console.WriteLine), Revision.Build("after", after, settings.Folder, Console.WriteLine)];
        var options = new RunOptions(settings, rows, Quick: true, rounds, OursOnly: true);
        var recorder = Recording.Begin(settings, "gate", $"{builds[0].Version} against {builds[1].Version}, {rounds} rounds{settings}", builds, [], rounds * 2 * rows.Count);
        for (var round = 1; round <= rounds; round++)
            foreach (var build in round % 2 == 1 ? builds : [.. builds.Reverse()])
                RunCommand.RatesOf(recorder, options, build, round, Kinds.GateRow);
        var movements = Movements([.. recorder.Log.All.Where(result => result.Run == recorder.RunName && result.Kind == Kinds.GateRow)]).ToList();
        foreach (var movement in movements)
        {
            recorder.Add(new Result(recorder.RunName, Kinds.Gate, movement.Figure, "", 0) { Movement = movement });
            Console.WriteLine(Describe(movement));
        }

        Recording.End(recorder, settings);
        Console.WriteLine(movements.Any(movement => movement.Worse) ? "WORSE" : recorder.Failures > 0 ? "INCOMPLETE" : "no figure became worse");
        return movements.Any(movement => movement.Worse) || recorder.Failures > 0 ? 1 : 0;
    }

    private static IEnumerable<Movement> Movements(IReadOnlyList<Result> measured)
    {
        foreach (var row in RowSpec.All.Select(row => row.Name))
        {
            if (Of($"{row} replicated records/s", true, row, result => result.Throughput?.Replicated) is { } rate) yield return rate;
            if (Of($"{row} CPU of both, us/record", false, row, result => result.Throughput is { } figures ? figures.CpuA + figures.CpuB : null) is { } cpu) yield return cpu;
        }

        if (Of("acknowledged p50, ms", false, RowNames.Visible, result => result.Others?.Acknowledged?.P50) is { } acknowledged) yield return acknowledged;
        if (Of("visible p50, ms", false, RowNames.Visible, result => result.Others?.Visible?.P50) is { } visible) yield return visible;
        if (Of("visible p99, ms", false, RowNames.Visible, result => result.Others?.Visible?.P99) is { } tail) yield return tail;

        Movement? Of(string figure, bool moreIsBetter, string row, Func<Result, double?> pick)
        {
            double[] All(string build) => [.. measured.Where(result => result.System == build && result.Row == row).Select(pick).OfType<double>()];
            var (before, after) = (All("before"), All("after"));
            return before.Length == 0 || after.Length == 0 ? null : Movement.Of(figure, before, after, moreIsBetter);
        }
    }

    private static string Describe(Movement movement) => string.Create(CultureInfo.InvariantCulture,
        $"{movement.Figure,-40} {movement.Before,12:n1} -> {movement.After,12:n1}  {movement.Change,8:+0.0%;-0.0%}  noise {movement.Noise:0.0%}  {movement.Verdict}");
}
