using Harper.Bench.Results;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>The main table: both systems, in alternation; every figure is written down when it is there.</summary>
internal static class RunCommand
{
    public static int Execute(RunOptions options)
    {
        if (options.Names.Except(RowNames.All).FirstOrDefault() is { } unknown) throw new BenchFailure($"there is no row '{unknown}': {string.Join(", ", RowNames.All)}");
        var ours = options.Shared.Build(Console.WriteLine);
        var original = options.OursOnly ? null : OriginalInstall.Find();
        SystemUnderTest[] systems = original is null ? [ours] : [ours, original];
        string[] remarks = original is null && !options.OursOnly
            ? ["The original was not installed (set HARPERDB_DIR, or run test.sh, which installs it), so only this system was measured."] : [];

        // Whoever comes first may meet a colder machine: they take turns.
        var blocks = Enumerable.Range(1, options.Rounds).SelectMany(round => (round % 2 == 1 ? systems : [.. systems.Reverse()]).Select(system => (System: system, Round: round))).ToList();
        var steps = blocks.Sum(block => Rates(options).Count + After(options, block.Round).Count) + (options.Includes(RowNames.Ceilings) ? Ceilings.CeilingRun.All.Length : 0)
            + (options.Includes(RowNames.BuildStart) ? 1 : 0);
        var recorder = Recording.Begin(options.Shared, "run", options.ToString(), systems, remarks, steps);
        if (options.Includes(RowNames.Ceilings)) CeilingsCommand.Measure(recorder, options.Shared);
        foreach (var block in blocks)
        {
            RatesOf(recorder, options, block.System, block.Round, Kinds.Row);
            VolumeOf(recorder, options, block.System, block.Round);
        }

        if (options.Includes(RowNames.BuildStart))
            recorder.Step("build output: start", Kinds.Row, RowNames.BuildStart, ours, 1, TimeSpan.FromMinutes(5), RunningNodes.KillAll, add =>
            {
                var figures = StartRun.BuildOutput(options.Shared.Folder);
                add(new Result("", "", RowNames.BuildStart, "", 0) { Others = figures });
                return figures.Describe();
            });
        return Recording.End(recorder, options.Shared);
    }

    private static List<string> Rates(RunOptions options) =>
        [.. RowSpec.All.Select(row => row.Name).Where(name => name != RowNames.Random && options.Includes(name)), .. new[] { RowNames.Visible }.Where(options.Includes)];

    /// <summary>What is measured once per run.</summary>
    private static List<string> After(RunOptions options, int round) =>
        round > 1 ? [] : [.. new[] { RowNames.Syncs }.Concat(RowNames.Volume).Where(options.Includes)];

    public static void RatesOf(RunRecorder recorder, RunOptions options, SystemUnderTest system, int round, string kind)
    {
        var names = Rates(options).Concat(After(options, round).Where(name => name == RowNames.Syncs)).ToList();
        using var holder = new PairHolder(system, options.Shared.Folder, pair =>
        {
            // The compilers of both systems get the same chance to see the work before it counts.
            ThroughputRun.Run(pair, RowSpec.All[0], 0.1 * options.Shared.Trial);
            ThroughputRun.Run(pair, RowSpec.All.First(row => row.Batch == 1), 0.2 * options.Shared.Trial);
        });
        foreach (var name in names)
        {
            var title = $"{system.Id}, round {round}: {name}";
            if (recorder.Log.Has(recorder.RunName, kind, name, system.Id, round)) recorder.Skip(title);
            else recorder.Step(title, kind, name, system, round, TimeSpan.FromMinutes(6), holder.Break, add => Rate(holder.Pair, name, options, add));
        }
    }

    private static string Rate(BenchPair pair, string name, RunOptions options, Action<Result> add)
    {
        if (RowSpec.All.FirstOrDefault(row => row.Name == name) is { } row)
        {
            var throughput = ThroughputRun.Run(pair, row, options.Scale);
            add(new Result("", "", name, "", 0) { Throughput = throughput });
            return ThroughputRun.Describe(throughput);
        }

        var figures = new RoundFigures();
        if (name == RowNames.Visible) VisibilityRun.Run(pair, options.Shared.Scaled(options.Quick ? 500 : 2000, 20), figures);
        else VisibilityRun.CountSyncs(pair, figures);
        add(new Result("", "", name, "", 0) { Others = figures });
        return figures.Describe();
    }

    private static void VolumeOf(RunRecorder recorder, RunOptions options, SystemUnderTest system, int round)
    {
        var names = After(options, round).Where(name => name != RowNames.Syncs).ToList();
        var missing = names.Where(name => !recorder.Log.Has(recorder.RunName, Kinds.Row, name, system.Id, round)).ToHashSet();
        foreach (var done in names.Except(missing)) recorder.Skip($"{system.Id}: {done}");
        if (missing.Count == 0) return;
        using var volume = new VolumeRun(system, options, missing);
        foreach (var part in volume.Parts()) recorder.Step(part.Title, Kinds.Row, part.Row, system, round, part.Limit, volume.Break, part.Work);
    }
}
