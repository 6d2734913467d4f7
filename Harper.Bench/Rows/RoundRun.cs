using Harper.Bench.Commands;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>One system in one round: every chosen row on one fresh pair, and once per run what needs pairs of its own.</summary>
internal static class RoundRun
{
    public const string NoFigure = "no figure";

    public static SystemRound Run(SystemUnderTest system, int round, RunOptions options, BenchRun run, Action<string> say)
    {
        var result = new SystemRound(system.Id, round, [], new RoundFigures());
        var rows = RowSpec.All.Where(row => options.Includes(row.Name) && (row.RandomOver == 0 || round == 1)).ToList();
        if (rows.Count > 0 || options.Includes("visible")) Guard(run, system, "the rows of throughput", say, () => Rates(system, rows, options, result, run, say));
        if (round == 1 && options.Includes("volume"))
            Guard(run, system, "volume", say, () => VolumeRun.Run(
                system, options.Folder, options.Quick && system.IsOriginal ? 0 : 1_000_000, options.Quick ? 3 : 10, result.Others, say));
        return result;
    }

    private static void Rates(SystemUnderTest system, List<RowSpec> rows, RunOptions options, SystemRound result, BenchRun run, Action<string> say)
    {
        using var pair = new BenchPair(system, options.Folder);

        // The compilers of both systems get the same chance to see the work before it counts.
        ThroughputRun.Run(pair, RowSpec.All[0], 0.1);
        ThroughputRun.Run(pair, RowSpec.All.First(row => row.Batch == 1), 0.2);
        foreach (var row in rows)
            Guard(run, system, row.Name, say, () =>
            {
                var figures = ThroughputRun.Run(pair, row, options.Scale);
                result.Throughput[row.Name] = figures;
                say(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"{system.Id} {row.Name}: {figures.Replicated:n0} records/s replicated, CPU per record {figures.CpuA:n1} + {figures.CpuB:n1} us (load {figures.CpuClient:n1} us, other programs {figures.OthersCores:n2} cores)"));
            });
        if (!options.Includes("visible")) return;
        VisibilityRun.Run(pair, options.Quick ? 500 : 2000, result.Others);
        if (result.Round == 1) VisibilityRun.CountSyncs(pair, result.Others);
        say(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{system.Id} visible: p50 {result.Others.Visible!.P50:n2} ms, p99 {result.Others.Visible.P99:n2} ms; syncs per write {result.Others.SyncsPerWrite:n2}"));
    }

    /// <summary>A row that fails is named in the report and the others go on: one bad row must not cost the whole run.</summary>
    private static void Guard(BenchRun run, SystemUnderTest system, string what, Action<string> say, Action work)
    {
        try
        {
            work();
        }
        catch (Exception failure) when (failure is BenchFailure or IOException or HttpRequestException or System.Net.Sockets.SocketException)
        {
            run.Remarks.Add($"{system.Id}, {what}: {NoFigure}, {failure.Message}");
            say($"FAILED {system.Id} {what}: {failure.Message}");
        }
    }
}
