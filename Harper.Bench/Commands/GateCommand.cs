using System.Globalization;
using Harper.Bench.Measure;
using Harper.Bench.Report;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>Compares two builds of this system in alternation and says which figures moved by more than noise. 1 when one became worse.</summary>
internal static class GateCommand
{
    private static readonly string[] Usual = ["dynamic-1000", "typed-1000", "single-4", "visible"];

    public static int Execute(string before, string after, IReadOnlyList<string> names, int rounds, string folder)
    {
        var options = new RunOptions(names.Count > 0 ? names : Usual, Quick: true, rounds, folder, OursOnly: true);
        SystemUnderTest[] builds = [OurBuild.OfFolder("before", before), OurBuild.OfFolder("after", after)];
        var run = new BenchRun(MachineFacts.Read(folder), options.ToString(), builds.ToDictionary(build => build.Id, build => build.Version), []);
        Directory.CreateDirectory(folder);
        for (var round = 1; round <= rounds; round++)
            foreach (var build in round % 2 == 1 ? builds : [.. builds.Reverse()])
                run.Rounds.Add(RoundRun.Run(build, round, options, run, Console.WriteLine));
        var movements = Movements(run).ToList();
        foreach (var movement in movements) Console.WriteLine(Describe(movement));
        foreach (var remark in run.Remarks) Console.WriteLine(remark);
        Console.WriteLine(movements.Any(movement => movement.Worse) ? "WORSE" : run.Remarks.Count > 0 ? "INCOMPLETE" : "no figure became worse");
        return movements.Any(movement => movement.Worse) || run.Remarks.Count > 0 ? 1 : 0;
    }

    private static IEnumerable<Movement> Movements(BenchRun run)
    {
        foreach (var row in RowSpec.All)
        {
            if (Of(run, $"{row.Name} replicated records/s", true, round => round.Throughput.GetValueOrDefault(row.Name)?.Replicated) is { } rate) yield return rate;
            if (Of(run, $"{row.Name} CPU of both, us/record", false, round => round.Throughput.GetValueOrDefault(row.Name) is { } figures ? figures.CpuA + figures.CpuB : null) is { } cpu)
                yield return cpu;
        }

        if (Of(run, "acknowledged p50, ms", false, round => round.Others.Acknowledged?.P50) is { } acknowledged) yield return acknowledged;
        if (Of(run, "visible p50, ms", false, round => round.Others.Visible?.P50) is { } visible) yield return visible;
        if (Of(run, "visible p99, ms", false, round => round.Others.Visible?.P99) is { } tail) yield return tail;
    }

    private static Movement? Of(BenchRun run, string figure, bool moreIsBetter, Func<SystemRound, double?> pick)
    {
        double[] All(string build) => [.. run.Rounds.Where(round => round.System == build).Select(pick).OfType<double>()];
        var (before, after) = (All("before"), All("after"));
        return before.Length == 0 || after.Length == 0 ? null : Movement.Of(figure, before, after, moreIsBetter);
    }

    private static string Describe(Movement movement) => string.Create(CultureInfo.InvariantCulture,
        $"{movement.Figure,-40} {movement.Before,12:n1} -> {movement.After,12:n1}  {movement.Change,8:+0.0%;-0.0%}  noise {movement.Noise:0.0%}  {(movement.Moved ? movement.Worse ? "WORSE" : "better" : "")}");
}
